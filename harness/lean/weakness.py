"""What a Lean cannot do, as its messages tell it: no verdict on the source that it was given."""

from __future__ import annotations

import re

from harness.lean.messages import Message

CODE = "no code can be generated or run for it here, which proofs do not need"
PRINTS = "a command that only prints cannot be run here"

# What either Lean says when it gives up.
_GIVES_UP = (
    (r"maximum number of heartbeats|deterministic\) timeout", "Lean's own limit of work is over"),
    (r"maximum recursion depth|[Ss]tack overflow|deep recursion", "Lean's stack is too small"),
    (r"out of memory|bad_alloc|memory limit|excessive memory", "Lean's memory is not enough"),
    (r"[Nn]o space left|[Dd]isk quota|[Ii]nput/output error", "the disk does not take its outputs"),
    (r"object file .* does not exist|unknown module prefix|failed to read file .*\.olean",
     "a module that it imports is not to be had"),
    (r"incompatible header|failed to read .*olean|invalid \.olean", "an output cannot be read"),
    (r"[Uu]nknown (?:configuration )?option|unknown parameter", "this Lean has no such option"),
)  # fmt: skip

# The embedded Lean comes without the code of generic functions, and without the bodies of
# definitions that its library does not expose.
_NO_CODE = (
    r"failed to compile (?:'?partial'? )?(?:definition|expression|pattern)|compiler IR check failed"
    r"|has no executable code|code generator|\(interpreter\)|[Cc]annot evaluate (?:code|`?\[init)"
    r"|Could not find native implementation of external declaration"
    r"|[Cc]ould not (?:execute|evaluate)"
    r"|Unknown constant `(?:_private\.(?:Init|Std|Lean|Lake)\."
    r"|[^`]*(?:\._redArg|\._boxed|\._lam_\d+|\._closed_\d+|_spec_\d+|\._elam\w*|\._unsafe_rec))"
    r"|Tactic `native_decide` failed"
)
_PRINTING = r"cannot use `#print axioms` in a `module`"
# What could not be run has printed nothing.
_OTHERWISE = r"Docstring on `#guard_msgs` does not match"
_HIDDEN = (
    r"definitionally equal|did not reduce to|failed to reduce|Type mismatch\n\s*(?:rfl|by rfl)\b"
    r"|Tactic `rfl` failed|Tactic `unfold` failed|failed to unfold"
)


def weakness(message: Message, *, embedded: bool, plain: bool) -> str:
    """Why an error may be no fault of the source; empty where it is one.

    `embedded` is whether the embedded Lean says it, and `plain` whether of a file without `module`.
    """
    text = message.text
    if embedded and re.search(_NO_CODE, text):
        return CODE
    if embedded and re.search(_OTHERWISE, text):
        return PRINTS
    if embedded and plain and re.search(_PRINTING, text):
        return PRINTS
    for pattern, reason in _GIVES_UP:
        if re.search(pattern, text):
            return reason
    if embedded and plain and re.search(_HIDDEN, text):
        return (
            "the embedded Lean does not see all bodies of Lean's own definitions, which a file "
            "without `module` may unfold"
        )
    return ""


_PRINTS = re.compile(
    r"#(?:eval!?|print|reduce|check|check_failure|guard|simp|synth|time|html|plot)\b"
    r"|run_(?:cmd|meta|elab)\b"
)


def printing(source: str, line: int, column: int) -> tuple[int, int] | None:
    """Where the command begins that stands at this place of `source`, if it leaves nothing behind.

    That is the place itself, or that of the comment which says what the command is to print.
    """
    lines = source.split("\n")
    if line > len(lines):
        return None
    if _PRINTS.match(lines[line - 1], column - 1) is not None:
        return line, column
    if not lines[line - 1].startswith("#guard_msgs", column - 1):
        return None
    before = "\n".join([*lines[: line - 1], lines[line - 1][: column - 1]])
    if not before.rstrip().endswith("-/"):
        return line, column
    start = before.rfind("/--")
    return before.count("\n", 0, start) + 1, start - before.rfind("\n", 0, start)


def other_version(asked: str, version: str) -> bool:
    """Whether the `lean-toolchain` file that says `asked` means another Lean than `version`."""
    number = re.search(r"v?(\d+)\.(\d+)", asked.rpartition(":")[2])
    own = re.match(r"(\d+)\.(\d+)", version)
    return number is not None and own is not None and number.groups() != own.groups()

"""Statements without proofs, as a Lean file: the challenge that the tool `comparator` is given.

Comparator asks whether a solution proves what a challenge states: of one name, in the same
universes, with the same type, resting on the same definitions. So the file imports the package's
own definitions and states what Lean has stored, with nothing left to elaborate, and `sorry` for
each proof.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from harness.kernel import terms as kernel
from harness.kernel.declarations import Constant
from harness.kernel.terms import Name
from harness.lean.audit.names import shown
from harness.lean.expression import identifier
from harness.lean.session import Session

AXIOMS = ("propext", "Quot.sound", "Classical.choice")

BRACKETS = {
    "default": ("(", ")"),
    "implicit": ("{", "}"),
    "strictImplicit": ("⦃", "⦄"),
    "instImplicit": ("[", "]"),
}


class NoChallenge(Exception):
    """The statements cannot stand in a file of their own; says why."""


def challenge(session: Session, theorems: Sequence[str], module: str) -> tuple[str, str]:
    """The Lean file of these theorems, by their names in Lean, and comparator's configuration.

    `module` is what the file is called. Raises NoChallenge.
    """
    found = [session.answer.constants[theorem] for theorem in theorems]
    declarations, package = session.answer.declarations, session.build.package
    homes = {declarations[theorem].module for theorem in theorems}
    solution = next((m for m in package.order if homes <= {*package.closure({m})}), "")
    if not solution:
        raise NoChallenge(f"no module imports all of {', '.join(sorted(homes))}")
    parts = kernel.parts([constant.type for constant in found])
    cited = {shown(part.name) for part in parts if isinstance(part, kernel.Const)}
    needed: dict[str, None] = {}
    for name in sorted(cited & declarations.keys()):
        home = declarations[name].module
        needed[home] = None
        if homes & {*package.closure({home})}:
            raise NoChallenge(
                f"{name} stands in {home}, which has or imports a theorem to be proved; a "
                "challenge needs the definitions in a module without"
            )
    # What is not the package's own, as the theorems' modules import it.
    others = [
        item.module
        for module in package.closure(homes)
        for item in package.modules[module].header.imports
        if item.module not in package.modules
    ]
    says = {session.constant(claim.theorem): claim.says for claim in session.project.claims}
    lines = [
        f"import {_name(tuple(name.split('.')))}" for name in dict.fromkeys([*others, *needed])
    ]
    lines += ["", "-- Statements as Lean has stored them; each name means what it means there."]
    for theorem, constant in zip(theorems, found, strict=True):
        levels = ", ".join(_name(name) for name in constant.level_params)
        lines += ["", *_comment(says.get(theorem, ""))]
        lines.append(f"theorem {_name(constant.name)}{f'.{{{levels}}}' if levels else ''} :")
        lines.append(f"    {statement(constant)} :=")
        lines.append("  sorry")
    settings = {
        "challenge_module": module,
        "solution_module": solution,
        "theorem_names": [_name(constant.name) for constant in found],
        "permitted_axioms": list(AXIOMS),
        "enable_nanoda": False,
    }
    return "\n".join([*lines, ""]), json.dumps(settings, indent=2, ensure_ascii=False) + "\n"


def _comment(text: str) -> list[str]:
    return [f"/-- {text.replace('-/', '- /').replace('/-', '/ -')} -/"] if text else []


def statement(constant: Constant) -> str:
    """Lean text for the type of a constant, which Lean reads back as the very same term.

    Raises NoChallenge for what has no text.
    """
    taken = {str(part) for name in constant.level_params for part in name}
    taken |= {str(e.name[0]) for e in kernel.parts([constant.type]) if isinstance(e, kernel.Const)}

    def walk(e: kernel.Expr, scope: tuple[str, ...]) -> str:
        match e:
            case kernel.Bound():
                return scope[-1 - e.index]
            case kernel.Const():
                levels = ", ".join(map(_level, e.levels))
                return f"@{_name(e.name)}{f'.{{{levels}}}' if levels else ''}"
            case kernel.Sort():
                return f"Sort ({_level(e.level)})"
            case kernel.NatLit():
                return f"nat_lit {e.value}"
            case kernel.App():
                head = walk(e.fn, scope) if isinstance(e.fn, kernel.App) else operand(e.fn, scope)
                return f"{head} {operand(e.arg, scope)}"
            case kernel.Binder():
                own = fresh(e.name, scope)
                left, right = BRACKETS[e.info if isinstance(e, kernel.Pi) else "default"]
                binder = f"{left}{own} : {walk(e.type, scope)}{right}"
                body = walk(e.body, (*scope, own))
                is_type = isinstance(e, kernel.Pi)
                return f"∀ {binder}, {body}" if is_type else f"fun {binder} => {body}"
            case _:
                raise NoChallenge(
                    f"the statement of {shown(constant.name)} has a part without text of its own "
                    f"({type(e).__name__})"
                )

    def operand(e: kernel.Expr, scope: tuple[str, ...]) -> str:
        text = walk(e, scope)
        return text if isinstance(e, kernel.Bound | kernel.Const) else f"({text})"

    def fresh(name: Name, scope: tuple[str, ...]) -> str:
        # What nobody wrote, such as the name of an instance, has a name that nobody can write.
        base = str(name[0]) if len(name) == 1 and _PLAIN.fullmatch(str(name[0])) else "x"
        own, number = identifier(base), 0
        while own in scope or own in taken:
            own, number = f"{base}_{number}", number + 1
        return own

    return walk(constant.type, ())


_PLAIN = re.compile(r"[^\W\d][\w'!?₀-₉]*")


def _name(name: Name) -> str:
    """A name as Lean reads it back."""
    texts = []
    for part in name:
        text = str(part)
        if not _PLAIN.fullmatch(text):
            if isinstance(part, int) or not text.isprintable() or set(text) & set("«»"):
                raise NoChallenge(f"Lean text cannot name {shown(name)}")
            text = f"«{text}»"
        texts.append(identifier(text))
    return ".".join(texts)


def _level(level: kernel.Level) -> str:
    match level:
        case kernel.Succ():
            return f"{_level(level.of)}+1"
        case kernel.Max():
            return f"(max {_operand(level.left)} {_operand(level.right)})"
        case kernel.IMax():
            return f"(imax {_operand(level.left)} {_operand(level.right)})"
        case kernel.Param():
            return _name(level.name)
        case _:
            return "0"


def _operand(level: kernel.Level) -> str:
    text = _level(level)
    return f"({text})" if isinstance(level, kernel.Succ) else text

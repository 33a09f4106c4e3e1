"""A package's definitions, as those of `definitions.yaml`: found, not asked for.

Which constant is which operator is for the kernel to say: every constant of an operator's type is
compared with what the operator means. What is left is read as a term over what was found.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from harness.claims.load import is_lean_name
from harness.claims.model import Arrangement, Definition, Library, ScalarKind
from harness.language.elaborate import elaborate_term
from harness.language.notation import to_text
from harness.language.parser import parse_term
from harness.language.primitives import BY_NAME, signatures
from harness.language.scope import Scope
from harness.language.syntax import LanguageError
from harness.language.terms import Term
from harness.language.transform import fresh
from harness.lean.draft.conversions import Unreadable
from harness.lean.draft.pattern import Pattern
from harness.lean.draft.prefix import beta
from harness.lean.draft.reader import Misread, Reader
from harness.lean.draft.signature import Signature, fits, read_signature
from harness.lean.draft.terms import constant_of
from harness.lean.expression import Expression
from harness.lean.mirror.comparison import Comparison
from harness.lean.mirror.meaning import NOTATION, handed, meaning
from harness.lean.printer import Printer
from harness.lean.scope import CannotPrint

Ask = Callable[[Sequence[Comparison]], Mapping[str, bool]]
"""Which of some comparisons the kernel accepts, by their keys."""

More = Callable[[Library, Mapping[str, Signature]], tuple[Library, Mapping[str, Pattern]]]
"""The library with further operators, and their patterns."""


@dataclass(frozen=True)
class Stored:
    """A definition of the package, as Lean has it."""

    name: str
    type: Expression
    arrangement: Arrangement | None
    value: Expression | None
    """`None` where there is none to read: it is recursive, or opaque."""
    says: str = ""


@dataclass
class Discovered:
    """What was found in a package, and what was left out, with the reason."""

    library: Library
    left_out: dict[str, str] = field(default_factory=dict)
    patterns: Mapping[str, Pattern] = field(default_factory=dict)


def discover(
    namespace: str,
    scalars: Mapping[str, ScalarKind],
    stored: Sequence[Stored],
    abbreviations: Mapping[str, Expression],
    ask: Ask,
    more: More = lambda library, typed: (library, {}),
    theorems: Collection[str] = (),
) -> Discovered:
    """The library of these definitions, which stand in an order in which each uses earlier ones.

    `abbreviations` are the values of those that stand for types, `more` finds operators that are
    no constant, and `theorems` are names that are taken. Asks the kernel once.
    """
    empty = Library(namespace, scalars, {}, {})
    found = Discovered(empty)
    typed: dict[str, Signature] = {}
    arrangements: dict[str, Arrangement] = {}
    for item in stored:
        if item.arrangement is None:
            found.left_out[item.name] = "it speaks of no scalars that are known here"
            continue
        arrangements[item.name] = item.arrangement
        try:
            typed[item.name], _ = _read(item, Reader(empty, abbreviations=abbreviations))
        except Unreadable as reason:
            found.left_out[item.name] = str(reason)
    library = replace(empty, arrangements=arrangements)
    library = replace(library, primitives=_primitives(library, typed, ask))
    library, patterns = more(library, typed)
    found.patterns = patterns
    terms = (name for text in library.terms.values() if (name := constant_of(text)))
    taken = {*library.primitives.values(), *map(library.qualified, terms)}
    waiting = [item for item in stored if item.name in typed and item.name not in taken]
    while waiting:
        read: dict[str, Definition] = {}
        for item in waiting:
            try:
                named = {*theorems, *(d.name for d in read.values())}
                reader = Reader(library, patterns=patterns, abbreviations=abbreviations)
                read[item.name] = _definition(item, reader, named)
            except Unreadable as reason:
                found.left_out[item.name] = str(reason)
        if not read:
            break
        for name, definition in read.items():
            found.left_out.pop(name, None)
            library = replace(
                library, definitions={**library.definitions, definition.name: definition}
            )
        waiting = [item for item in waiting if item.name not in read]
    found.library = library
    return found


def _read(item: Stored, reader: Reader, *, body: bool = False) -> tuple[Signature, Term | None]:
    """A definition's signature, and its value with `body`. Raises `Unreadable`."""
    assert item.arrangement is not None
    while True:
        try:
            own = read_signature(item.type, item.arrangement, reader, reader.library.scalars)
            if not body or item.value is None:
                return own, None
            value = beta(item.value, list(own.arguments))
            return own, reader.term(value, own.scope, own.result)
        except Misread as misread:
            reader = replace(reader, readings={**reader.readings, misread.name: misread.type})


def _primitives(library: Library, typed: Mapping[str, Signature], ask: Ask) -> dict[str, str]:
    """The constants that mean operators, as far as there are any.

    What an operator over sums means rests on which constant is the sum: it is tried with each.
    """
    asked: list[Comparison] = []
    keys: dict[tuple[str, str, str], list[str]] = {}
    sums = [name for name, own in typed.items() if fits("sum", own)]
    for operator in (name for name in signatures() if name not in NOTATION):
        for constant in (name for name, own in typed.items() if fits(operator, own)):
            for total in sums if "sum" in handed(operator) else [""]:
                trial = replace(library, primitives={"sum": total, operator: constant})
                try:
                    own = [i.comparison() for i in meaning(Printer(trial), operator)]
                    comparisons = [comparison.of(constant, trial) for comparison in own]
                except CannotPrint:
                    continue
                for number, comparison in enumerate(comparisons):
                    key = f"{operator}:{constant}:{total}:{number}"
                    asked.append(replace(comparison, key=key))
                    keys.setdefault((operator, constant, total), []).append(key)
    accepted = ask(asked) if asked else {}
    fitting = [found for found, parts in keys.items() if all(map(accepted.get, parts))]
    primitives: dict[str, str] = {}
    # The sum stands before what rests on it in the table of operators.
    for operator, constant, total in fitting:
        if total in ("", primitives.get("sum")):
            primitives.setdefault(operator, constant)
    return primitives


def _definition(
    item: Stored,
    reader: Reader,
    taken: Collection[str],
) -> Definition:
    """A Lean definition as one of the claim language. Raises `Unreadable`."""
    library = reader.library
    if item.value is None:
        raise Unreadable("it is recursive or opaque, which a definition of the language cannot be")
    relative = library.relative(item.name)
    if not is_lean_name(relative):
        raise Unreadable("definitions.yaml cannot name it")
    short = _word(relative, {*signatures(), *BY_NAME, *library.definitions, *taken})
    own, body = _read(item, reader, body=True)
    assert body is not None
    scope = library.scope(own.parameters)
    text = next((t for t in (to_text(body), to_text(body, typed=True)) if _is(t, body, scope)), "")
    if not text:
        raise Unreadable("it has no text in the claim language")
    lean_name = "" if short == relative else relative
    return Definition(short, item.says, own.parameters, body, text, lean_name)


def _is(text: str, body: Term, scope: Scope) -> bool:
    """Whether a text is read as this term."""
    try:
        return elaborate_term(parse_term(text), scope) == body
    except LanguageError:
        return False


def _word(relative: str, taken: Collection[str]) -> str:
    """What the claim language calls a Lean constant: `apply` of `Layer.apply`, `dot'` of `dot`."""
    parts = relative.split(".")
    names = (".".join(parts[i:]) for i in reversed(range(len(parts))))
    free = (name.replace(".", "_") for name in names)
    word = next((name for name in free if name not in taken), parts[-1])
    return fresh(word, set(taken)) if word in taken else word

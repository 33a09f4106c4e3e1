"""A package's definitions, as those of `definitions.yaml`: found, not asked for.

Which constant is which operator is for the kernel to say: every constant of an operator's type is
compared with what the operator means. What is left is read as a term over what was found.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from harness.claims.faults import is_lean_name
from harness.claims.model import Arrangement, Definition, Library
from harness.language.elaborate import elaborate_term
from harness.language.notation import to_text
from harness.language.parser import parse_term
from harness.language.primitives import BY_NAME, signatures
from harness.language.scope import Scope
from harness.language.syntax import LanguageError
from harness.language.terms import Term
from harness.language.transform import fresh, primitives
from harness.lean.audit.comparison import Comparison
from harness.lean.draft.conversions import Unreadable
from harness.lean.draft.pattern import Pattern
from harness.lean.draft.reader import NO_NUMBERS, Misread, Reader
from harness.lean.draft.signature import Signature, fits, read_signature
from harness.lean.draft.terms import constant_of
from harness.lean.expression import Expression, constants
from harness.lean.mirror.meaning import meaning
from harness.lean.printer import Printer
from harness.lean.reach import NOTATION, handed
from harness.lean.scope import CannotPrint
from harness.lean.stored import beta

NO_SCALARS = "it speaks of no scalars that are known here"

Ask = Callable[[Sequence[Comparison]], Mapping[str, bool]]
"""Which of some comparisons the kernel accepts, by their keys."""

More = Callable[[Library, Mapping[str, Signature]], tuple[Library, Mapping[str, Pattern]]]
"""The library with further operators, and their patterns."""


@dataclass(frozen=True)
class Stored:
    """A definition or a theorem of the package, as Lean has it."""

    name: str
    type: Expression
    arrangement: Arrangement | None
    value: Expression | None
    """`None` where there is none to read: it is recursive, opaque, or a theorem."""
    says: str = ""


@dataclass
class Discovered:
    """What was found in a package, and what was left out, with the reason."""

    library: Library
    left_out: dict[str, str] = field(default_factory=dict)
    patterns: Mapping[str, Pattern] = field(default_factory=dict)


def discover(
    base: Library,
    stored: Sequence[Stored],
    abbreviations: Mapping[str, Expression],
    ask: Ask,
    more: More = lambda library, typed: (library, {}),
    theorems: Sequence[Stored] = (),
    helpers: Mapping[str, Expression] = MappingProxyType({}),
) -> Discovered:
    """The library of these definitions, which stand in an order in which each uses earlier ones.

    `base` has its namespace and scalars, and the operators that are known already. `abbreviations`
    are the values of those that stand for types, `more` finds operators that are no constant,
    `theorems` may be the bridges of some that are, and `helpers` are the values of private
    definitions. Asks the kernel once, and once more where a theorem may be a bridge.
    """
    empty = base
    found = Discovered(empty)
    typed: dict[str, Signature] = {}
    arrangements: dict[str, Arrangement] = {}
    for item in stored:
        if item.arrangement is None:
            found.left_out[item.name] = NO_SCALARS
            continue
        arrangements[item.name] = item.arrangement
        try:
            typed[item.name], _ = _read(item, Reader(empty, abbreviations=abbreviations))
        except Unreadable as reason:
            found.left_out[item.name] = str(reason)
    proved = {t.name: t.arrangement for t in theorems if t.arrangement is not None}
    library = replace(empty, arrangements={**empty.arrangements, **arrangements, **proved})
    primitives, bridges = _primitives(library, typed, ask, theorems)
    library = replace(library, primitives=primitives, bridges={**empty.bridges, **bridges})
    library, patterns = more(library, typed)
    found.patterns = patterns
    terms = (name for text in library.terms.values() if (name := constant_of(text)))
    taken = {*library.primitives.values(), *map(library.qualified, terms)}
    waiting = [item for item in stored if item.name in typed and item.name not in taken]
    named = {empty.relative(theorem.name) for theorem in theorems}
    reader = Reader(library, patterns=patterns, helpers=helpers, abbreviations=abbreviations)
    more_found = further(reader, waiting, named)
    library = more_found.library
    waiting = [item for item in waiting if item.name in more_found.left_out]
    found.left_out.update(more_found.left_out)
    names = {item.name for item in waiting}
    for item in waiting:
        why = found.left_out[item.name]
        # What rests on another one that was left out waits for that one.
        if why.rsplit(" ", 1)[-1] not in names - {item.name}:
            found.left_out[item.name] = why + _remedy(typed[item.name], item.name)
    found.library = library
    return found


def with_operators(
    library: Library,
    stored: Sequence[Stored],
    abbreviations: Mapping[str, Expression],
    ask: Ask,
    theorems: Sequence[Stored],
) -> Library:
    """The library with those of these constants that are operators for which it has none.

    Asks the kernel only where one could be. What an operator is by a theorem, and not by
    definition, may be taken for a sum alone: claims that are there, which say another operator in
    words, would be printed otherwise.
    """
    reader = Reader(library, abbreviations=abbreviations)
    typed: dict[str, Signature] = {}
    for item in stored:
        if item.arrangement is not None:
            with suppress(Unreadable):
                typed[item.name], _ = _read(item, reader)
    primitives, bridges = _primitives(library, typed, ask, theorems)
    new = {o: c for o, c in primitives.items() if o == "sum" or o not in bridges}
    own = {o: theorem for o, theorem in bridges.items() if o in new}
    return replace(library, primitives=new, bridges={**library.bridges, **own})


def further(reader: Reader, stored: Sequence[Stored], named: Collection[str]) -> Discovered:
    """The reader's library with those of these definitions that it has words for.

    They may stand in any order; `named` are names that none of them may be called by.
    """
    found = Discovered(reader.library)
    waiting = list(stored)
    while waiting:
        read: dict[str, Definition] = {}
        for item in waiting:
            taken = {*named, *(d.name for d in read.values())}
            try:
                read[item.name] = _definition(item, reader, taken)
            except Unreadable as reason:
                found.left_out[item.name] = str(reason)
        if not read:
            break
        new = {definition.name: definition for definition in read.values()}
        found.library = replace(found.library, definitions={**found.library.definitions, **new})
        reader = replace(reader, library=found.library)
        found.left_out = {n: why for n, why in found.left_out.items() if n not in read}
        waiting = [item for item in waiting if item.name not in read]
    return found


def _remedy(own: Signature, name: str) -> str:
    """What makes an operator of a constant that could be one, as the end of the reason."""
    fitting = [o for o in signatures() if o not in NOTATION and fits(o, own)]
    if not fitting:
        return ""
    short = name.rpartition(".")[2]
    how = (
        f", by theorems `{short} f = 0` of no term, and of one more "
        f"`{short} f = {short} (fun i => f i.castSucc) + f (Fin.last n)`"
    )
    return f"; if it is the operator {' or '.join(fitting)}, prove what it is (`bridges`)" + (
        how if "sum" in fitting else ""
    )


def _read(item: Stored, reader: Reader, *, body: bool = False) -> tuple[Signature, Term | None]:
    """A definition's signature, and its value with `body`. Raises `Unreadable`."""
    assert item.arrangement is not None
    while True:
        try:
            own = read_signature(item.type, item.arrangement, reader, reader.library.scalars)
            if not body or item.value is None:
                return own, None
            reader.bounded(item.value)
            value = beta(item.value, list(own.arguments))
            return own, reader.term(value, own.scope, own.result)
        except Misread as misread:
            reader = replace(reader, readings={**reader.readings, misread.name: misread.type})


_Trial = tuple[str, str, str, str]
"""An operator, the constant that may be it, the constant of its sums, and a theorem of both."""


def _primitives(
    library: Library, typed: Mapping[str, Signature], ask: Ask, theorems: Sequence[Stored]
) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """The constants that mean operators, as far as there are any, and the theorems that say so.

    What an operator over sums means rests on which constant is the sum: it is tried with each.
    """
    trials: dict[_Trial, Library] = {}
    known = library.primitives
    sums = [name for name, own in typed.items() if fits("sum", own)]
    sums = [known["sum"]] if "sum" in known else sums
    for operator in (name for name in signatures() if name not in NOTATION | known.keys()):
        for constant in (name for name, own in typed.items() if fits(operator, own)):
            for total in sums if "sum" in handed(operator) else [""]:
                named = {**known, "sum": total, operator: constant}
                trials[operator, constant, total, ""] = replace(library, primitives=named)
    found = _asked(trials, ask)
    fitting = [trial for trial, accepted in found.items() if all(accepted)]
    primitives = _chosen(fitting, known)
    # Of the rest, a theorem may say what it is.
    taken = {constant for _, constant, *_ in fitting}
    spoken_of = {t.name: set(constants(t.type)) for t in theorems if t.arrangement is not None}
    more = {
        (operator, constant, total, theorem): replace(
            trials[operator, constant, total, ""],
            bridges={**library.bridges, operator: (theorem,) * len(accepted)},
        )
        for (operator, constant, total, _), accepted in found.items()
        for theorem, named in spoken_of.items()
        if operator not in primitives and constant not in taken and constant in named
    }
    proofs: dict[tuple[str, str, str], list[str]] = {}
    for (*trial, theorem), accepted in _asked(more, ask).items():
        operator, constant, total = trial
        own = proofs.setdefault((operator, constant, total), [""] * len(accepted))
        proofs[operator, constant, total] = [
            old or (theorem if is_accepted else "")
            for old, is_accepted in zip(own, accepted, strict=True)
        ]
    proved = {key: tuple(own) for key, own in proofs.items() if all(own)}
    whole = _chosen([(*key, "") for key in proved], primitives)
    if "sum" not in primitives:
        # What rests on that sum was found to be so already.
        whole = _chosen(fitting, whole)
    bridges = {
        operator: own
        for (operator, constant, _), own in proved.items()
        if operator not in primitives and whole.get(operator) == constant
    }
    return whole, bridges


def _asked(trials: Mapping[_Trial, Library], ask: Ask) -> dict[_Trial, tuple[bool, ...]]:
    """Of each trial that can be said, what the kernel says to each part of the meaning."""
    asked: list[Comparison] = []
    keys: dict[_Trial, list[str]] = {}
    for trial, library in trials.items():
        operator, constant, *_ = trial
        try:
            own = [i.comparison() for i in meaning(Printer(library), operator)]
            comparisons = [comparison.of(constant, library) for comparison in own]
        except CannotPrint:
            continue
        keys[trial] = [f"{':'.join(trial)}:{number}" for number in range(len(own))]
        asked += [replace(c, key=key) for c, key in zip(comparisons, keys[trial], strict=True)]
    accepted = ask(asked) if asked else {}
    return {trial: tuple(accepted.get(key, False) for key in own) for trial, own in keys.items()}


def _chosen(fitting: Sequence[_Trial], before: Mapping[str, str]) -> dict[str, str]:
    """The first constant of each operator; the sum comes before what rests on it."""
    primitives = dict(before)
    for operator, constant, total, _ in fitting:
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
    if item.arrangement is None:
        raise Unreadable(NO_SCALARS)
    relative = library.relative(item.name)
    if not is_lean_name(relative):
        raise Unreadable("definitions.yaml cannot name it; by a plain name it could")
    short = _word(relative, {*signatures(), *BY_NAME, *library.definitions, *taken})
    own, body = _read(item, reader, body=True)
    assert body is not None
    asked = {*item.arrangement.items, item.arrangement.kind} & library.scalars.keys()
    if "numeral" in primitives(body) and not any(library.scalars[k].has_numbers for k in asked):
        raise Unreadable(NO_NUMBERS)
    if kind := library.scalars.get(item.arrangement.kind):
        reader.lawful((body,), kind)
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

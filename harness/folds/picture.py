"""From a claim to the stages of its picture.

A claim has a picture where both sides call one definition: `f(a…) = f(b…)`, or with something
done to one of them, `f(a…) = M @ f(b…)`. Where the definition only wraps another, and another
claim says what becomes of that one, the picture goes inside, and shows how a change travels from
stage to stage until it cannot be seen any more. Nothing is known here by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from harness.claims.matching import canonical, consequence
from harness.claims.model import Claim, Definition, Library
from harness.evidence import Counterexample
from harness.folds.figures import Figures
from harness.folds.model import Picture, Port, Stage
from harness.language.notation.formula import inline
from harness.language.terms import Apply, Call, Equation, Lambda, Term, Variable
from harness.language.transform import (
    children,
    free_variables,
    instantiate,
    map_children,
    outermost,
    subterms,
)
from harness.language.types import Function, Index, Type, resolve

DEPTH = 6
"""How far inside a definition the picture may go."""
LETTERS = "yzuvwabc"
"""For what comes out of a stage; the first that the claim does not use."""


@dataclass(frozen=True, slots=True)
class _Level:
    """A definition within the one that the claim is about, before and after."""

    before: Call
    after: Call
    scope: tuple[Variable, ...]
    """The binders that it stands under."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What a claim says that `after` is, with the name of the outcome in place of `before`."""

    value: Term
    is_same: bool
    claim: str


def derive(
    claim: Claim,
    library: Library,
    claims: Sequence[Claim],
    examples: Iterable[Counterexample] = (),
) -> Picture | None:
    """The picture of `claim`; nothing where its conclusion is of another form.

    It has the numbers of the first of `examples`, counterexamples to the claim, that can be
    computed again.
    """
    found = min(_readings(claim.conclusion, library), key=_weight, default=None)
    if found is None:
        return None
    before, after, whole = found
    names = _Names(claim)
    levels = [_Level(before, after, ())]
    for inner in _inside(levels[0], library):
        levels.append(inner)
        lemma = _first_known(claim, claims, inner, names.outcome(inner, 0))
        if lemma is not None and not lemma.is_same:
            break
    else:
        del levels[1:]
    numbers = reversed(range(1, len(levels) + 1)) if len(levels) > 1 else [None]
    outcomes = [names.outcome(*pair) for pair in zip(levels, numbers, strict=True)]
    value = _put(whole, before, outcomes[0])
    known: list[_Known | None] = [
        None if value is None else _Known(value, value == outcomes[0], claim.theorem)
    ]
    for level, outcome in zip(levels[1:], outcomes[1:], strict=True):
        known.append(_first_known(claim, claims, level, outcome))
    figures = next(filter(None, (Figures.of(e, claim, library) for e in examples)), None)
    stages = tuple(_stages(levels, outcomes, known, library, figures))
    if not any(port.is_changed for stage in stages for port in stage.inputs):
        return None
    if figures is None:
        return Picture(stages)
    return Picture(stages, figures.sizes, figures.value(whole, ()))


class _Names:
    """Names for what comes out, that the claim does not use."""

    def __init__(self, claim: Claim) -> None:
        taken = {p.name[0] for p in claim.parameters}
        taken |= {p.name[0] for h in claim.hypotheses for p in h.equation.parameters}
        self.letter = next((c for c in LETTERS if c not in taken), "out")

    def outcome(self, level: _Level, number: int | None) -> Term:
        """A variable of the level's type; under binders, a family at what they bind."""
        type_: Type = level.after.type
        for binder in reversed(level.scope):
            type_ = Function(binder.type, type_)
        found: Term = Variable(self.letter if number is None else f"{self.letter}{number}", type_)
        for binder in level.scope:
            assert isinstance(type_, Function)
            found, type_ = Apply(found, binder, type_.target), type_.target
        return found


def _readings(conclusion: Equation, library: Library) -> Iterator[tuple[Call, Call, Term]]:
    """The ways to read an equation as before, after, and what the latter is in the former."""
    sides = (conclusion.left, conclusion.right)
    for after, whole in (sides, sides[::-1]):
        if isinstance(after, Call) and after.definition in library.definitions:
            found = list(outermost(whole, after.definition))
            if len(found) == 1 and found[0] != after and not _bound_within(whole, found[0]):
                yield found[0], after, whole


def _weight(reading: tuple[Call, Call, Term]) -> tuple[int, int]:
    """Before is where the arguments are plainer; then where less is done to the outcome."""
    before, _, whole = reading
    return sum(1 for _ in subterms(before)), sum(1 for _ in subterms(whole))


def _bound_within(whole: Term, part: Call) -> bool:
    """Whether `part` speaks of something that `whole` binds."""
    return not free_variables(part) <= free_variables(whole)


def _inside(level: _Level, library: Library) -> Iterator[_Level]:
    """The definitions that `level` wraps, one within the other."""
    for _ in range(DEPTH):
        definition = library.definitions[level.after.definition]
        if isinstance(definition.body, Call):
            return
        bodies = [_body(definition, call) for call in (level.before, level.after)]
        found = [list(_under_binders(body)) for body in bodies]
        if [len(calls) for calls in found] != [1, 1]:
            return
        (before, scope), (after, other) = found[0][0], found[1][0]
        is_same = before.definition == after.definition in library.definitions
        if not is_same or [v.name for v in scope] != [v.name for v in other]:
            return
        level = _Level(before, after, (*level.scope, *other))
        yield level


def _under_binders(
    term: Term, scope: tuple[Variable, ...] = ()
) -> Iterator[tuple[Call, tuple[Variable, ...]]]:
    match term:
        case Call():
            yield term, scope
        case Lambda(parameter, body):
            yield from _under_binders(body, (*scope, parameter))
        case _:
            for child in children(term):
                yield from _under_binders(child, scope)


def _body(definition: Definition, call: Call) -> Term:
    return instantiate(definition.parameters, definition.body, call)


def _first_known(
    claim: Claim, claims: Iterable[Claim], level: _Level, outcome: Term
) -> _Known | None:
    """What another claim says of a level, one by which it changes before one by which not."""
    found: _Known | None = None
    for lemma in claims:
        if lemma.theorem == claim.theorem:
            continue
        whole = consequence(lemma, claim, level.after)
        value = None if whole is None else _put(whole, level.before, outcome)
        if value is not None:
            known = _Known(value, value == outcome, lemma.theorem)
            if not known.is_same:
                return known
            found = found or known
    return found


def _put(whole: Term, part: Term, value: Term, scope: Sequence[Variable] = ()) -> Term | None:
    """`whole` with `value` for the one place where `part` stands; nothing where it is not one.

    The binders of `scope` are those that `part` and `value` may speak of.
    """
    closed = free_variables(part) - {variable.name for variable in scope}
    target = canonical(part)
    count = 0

    def walk(term: Term) -> Term:
        nonlocal count
        if type(term) is type(part) and canonical(term) == target:
            count += 1
            return value
        if isinstance(term, Lambda) and term.parameter.name in closed:
            return term
        return map_children(walk, term)

    found = walk(whole)
    return found if count == 1 else None


def _stages(
    levels: Sequence[_Level],
    outcomes: Sequence[Term],
    known: Sequence[_Known | None],
    library: Library,
    figures: Figures | None,
) -> Iterator[Stage]:
    """Innermost first; what goes into a stage is what came out of the one before it."""
    travelling: Term | None = None
    for i in reversed(range(len(levels))):
        level, outcome, lemma = levels[i], outcomes[i], known[i]
        definition = library.definitions[level.after.definition]
        each = ", ".join(_range(binder) for binder in level.scope)
        if travelling is None:
            used = {p.name for p in definition.parameters}
            before: Term | None = None
            after: Term | None = None
        else:
            inner = levels[i + 1]
            used = _used_beside(definition, inner.after.definition)
            before = _put(
                _body(definition, level.before), inner.before, outcomes[i + 1], inner.scope
            )
            after = _put(_body(definition, level.after), inner.after, travelling, inner.scope)
        yield Stage(
            definition=definition.name,
            each=each,
            inputs=tuple(_ports(definition, level, used, figures)),
            outcome=inline(outcome),
            before=None if before is None else inline(before),
            after=None if after is None else inline(after),
            becomes=None if lemma is None else inline(lemma.value),
            is_same=lemma is not None and lemma.is_same,
            claim="" if lemma is None or i == 0 else lemma.claim,
            numbers=None
            if figures is None
            else figures.pair(level.before, level.after, level.scope),
        )
        travelling = lemma.value if lemma is not None else after or outcome


def _used_beside(definition: Definition, inner: str) -> set[str]:
    """The parameters that a body speaks of outside of the call that it wraps."""

    def walk(term: Term) -> Iterator[str]:
        match term:
            case Call(name) if name == inner:
                return
            case Variable(name):
                yield name
            case _:
                for child in children(term):
                    yield from walk(child)

    return set(walk(definition.body))


def _ports(
    definition: Definition, level: _Level, used: set[str], figures: Figures | None
) -> Iterator[Port]:
    names = [p.name for p in definition.parameters if p.is_explicit]
    for name, before, after in zip(
        names, level.before.arguments, level.after.arguments, strict=True
    ):
        if name in used:
            each, is_changed, numbers = "", canonical(before) != canonical(after), None
            if is_changed:
                numbers = None if figures is None else figures.pair(before, after, level.scope)
                before, after, each = _entries(before, after)
            yield Port(name, inline(before), inline(after), is_changed, each, numbers)


def _entries(before: Term, after: Term) -> tuple[Term, Term, str]:
    """Two families as what they are at one index, where the second is given so."""
    scope: list[Variable] = []
    while isinstance(after, Lambda):
        if after.parameter.name in free_variables(before):
            break
        scope.append(after.parameter)
        if isinstance(before, Lambda):
            if before.parameter != after.parameter:
                return before, after, ""
            before = before.body
        else:
            before = Apply(before, replace(after.parameter, span=None), after.body.type)
        after = after.body
    return before, after, ", ".join(map(_range, scope))


def _range(binder: Variable) -> str:
    type_ = resolve(binder.type)
    return f"{binder.name} < {type_.size}" if isinstance(type_, Index) else binder.name

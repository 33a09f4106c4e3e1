"""One form for each hypothesis of a claim, such that its variables can be drawn one after another.

`assign` picks for each hypothesis one of the ways to meet it that `forms.recognise` lists.
`assignments` adds the ways that ask nothing of an equation's form: one of its variables is solved
for, or tried; which of these serve is seen by drawing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, islice, product

from harness.claims.forms import (
    Atom,
    Commutes,
    CommutesWithItself,
    Conjugate,
    Defined,
    Form,
    Intertwines,
    Inverse,
    Orthogonal,
    Solved,
    UnitSquares,
    atom_of,
    recognise,
)
from harness.claims.model import Claim, Hypothesis, Library
from harness.claims.unfolding import unfolded_equation
from harness.language.primitives import ARRANGING
from harness.language.terms import Primitive, Relation, Term, Variable
from harness.language.transform import children, equation_variables, free_variables
from harness.language.types import Matrix, Parameter, function_parts, is_place


@dataclass(frozen=True)
class Assignment:
    """One form for each hypothesis, and the variables in an order in which they can be drawn."""

    forms: Mapping[str, tuple[Form, ...]]
    """The forms that a variable has to meet when it is drawn, by its name."""
    order: tuple[Parameter, ...]
    structured: Mapping[str, tuple[Commutes, ...]]
    """Matrix variables that others are to commute with, and these hypotheses."""
    loose: frozenset[str]
    """Variables that may take any value at all: hypotheses only define others by them."""

    @property
    def solved(self) -> frozenset[str]:
        """The variables that equations of no known form are solved for."""
        every = (f for forms in self.forms.values() for f in forms if isinstance(f, Solved))
        return frozenset(name for form in every for name in _owned(form))


class Unmet(Exception):
    """No sampler knows how to meet a hypothesis; says which."""


def assign(claim: Claim, library: Library) -> Assignment:
    """How to draw the variables of `claim` so that its hypotheses hold.

    Raises `Unmet` where a hypothesis has no known form, or where no order exists.
    """
    candidates: list[list[Form]] = []
    for hypothesis in claim.hypotheses:
        if hypothesis.equation.relation is Relation.UNEQUAL:
            continue  # almost everything meets it
        forms = recognise(hypothesis.equation, library)
        if not forms:
            raise Unmet(f"no sampler knows hypotheses of the form of {named(hypothesis)}")
        candidates.append(_preferred(forms, claim, library))
    for choice in product(*candidates):
        found = _assignment(claim, choice)
        if found is not None:
            return found
    names = ", ".join(named(h) for h in claim.hypotheses)
    raise Unmet(f"no sampler meets these hypotheses together: {names}")


_ORDERS = 4000
"""So many choices of owners are looked at."""


def assignments(claim: Claim, library: Library) -> Iterator[Assignment]:
    """Ways to draw the numbers and places of `claim`, where `assign` finds none.

    What hypotheses say of open functions is left to those who choose the functions. Forms that are
    known come first; a variable meets known forms only, or has all that is asked of it solved.
    """
    variables = {p.name: p for p in claim.explicit}
    open_ = open_functions(claim)
    candidates: list[list[Form]] = []
    for hypothesis in claim.hypotheses:
        if hypothesis.equation.relation is Relation.UNEQUAL:
            continue
        mentioned = equation_variables(hypothesis.equation)
        forms = _preferred(recognise(hypothesis.equation, library), claim, library)
        forms = [f for f in forms if f.owner.name not in open_]
        if mentioned & open_:
            if forms:
                candidates.append(forms)
            continue
        later = [name for name in reversed(variables) if name in mentioned]
        solved = [Solved(Atom(name, ()), hypothesis.equation) for name in later]
        candidates.append([*forms, *solved])
    together = _together(claim, open_, library)
    for choice in islice(chain(together, product(*candidates)), _ORDERS):
        found = _assignment(claim, choice)
        if found is not None:
            yield found


def _together(claim: Claim, open_: set[str], library: Library) -> Iterator[list[Form]]:
    """Variables of one type solved for together, then each alone, in all that speaks of them.

    Many are, where an equation is linear in all of them, as in the entries of `blocks(A, B, C, D)`
    that is to commute; else two. What does not speak of them is met by its form, the first of them,
    where it has one.
    """
    equations = [h for h in claim.hypotheses if h.equation.relation is not Relation.UNEQUAL]
    every_one = ((h, equation_variables(h.equation)) for h in equations)
    spoken = [(hypothesis, names) for hypothesis, names in every_one if not names & open_]
    every = set[str]().union(*(names for _, names in spoken))
    numbers = [p for p in claim.parameters if p.name in every and not is_place(p.type)]
    pairs = [(p, q) for p, q in combinations(numbers, 2) if p.type == q.type]
    many = dict.fromkeys(
        group
        for hypothesis, names in spoken
        for first in numbers
        if len(group := tuple(p for p in numbers if p.name in names and p.type == first.type)) > 2
        and _is_linear(hypothesis, {p.name for p in group}, library)
    )
    for solved in [*many, *pairs, *((p,) for p in numbers)]:
        own = {p.name for p in solved}
        if not any(own <= names for _, names in spoken):
            continue
        beside = tuple(p.name for p in solved[1:])
        choice: list[Form] = []
        for hypothesis, names in spoken:
            if names & own:
                choice.append(Solved(Atom(solved[0].name, ()), hypothesis.equation, beside))
            elif forms := _preferred(recognise(hypothesis.equation, library), claim, library):
                choice.append(forms[0])
        yield choice


_ADDING = ("add", "subtract", "negate", "sum")


def _is_linear(hypothesis: Hypothesis, names: set[str], library: Library) -> bool:
    """Whether no product of an equation has two factors with these variables."""

    def degree(term: Term) -> int:
        match term:
            case Variable(name):
                return int(name in names)
            case Primitive(operator, _, arguments):
                adds = operator in ARRANGING or operator.startswith(_ADDING)
                return (max if adds else sum)([0, *map(degree, arguments)])
        return sum(map(degree, children(term)))

    return max(map(degree, unfolded_equation(hypothesis.equation, library).sides)) <= 1


def open_functions(claim: Claim) -> set[str]:
    """The variables that are functions of numbers, vectors or matrices."""
    return {
        p.name
        for p in claim.parameters
        if p.is_explicit and not all(map(is_place, function_parts(p.type)[0]))
    }


def _assignment(claim: Claim, picked: Sequence[Form]) -> Assignment | None:
    """The forms that were picked, and an order; nothing where they do not go together."""
    variables = {p.name: p for p in claim.explicit}
    choice = _carried(picked)
    order = None if choice is None else _order(choice, variables)
    if choice is None or order is None or not _compatible(choice):
        return None
    forms_of = {n: tuple(f for f in choice if f.owner.name == n) for n in variables}
    structured = _structured(choice, variables, forms_of)
    strict = set[str]().union(
        *(_owned(f) | _depends(f) for f in choice if not isinstance(f, Defined)),
        *(_owned(f) for f in choice),
    )
    return Assignment(forms_of, order, structured, frozenset(variables.keys() - strict))


def named(hypothesis: Hypothesis) -> str:
    """A hypothesis as messages call it."""
    return f"{hypothesis.name}: {hypothesis.text}"


# -- one form for each hypothesis -------------------------------------------------------------


def _preferred(forms: list[Form], claim: Claim, library: Library) -> list[Form]:
    """The variable that is orthogonal, has fewer indices or comes later is drawn last."""
    orthogonal = {
        form.owner.name
        for hypothesis in claim.hypotheses
        for form in recognise(hypothesis.equation, library)
        if isinstance(form, Orthogonal)
    }
    places = [p.name for p in claim.parameters]

    def key(form: Form) -> tuple[bool, int, int]:
        owner = form.owner
        return owner.name not in orthogonal, len(owner.arguments), -places.index(owner.name)

    return sorted(forms, key=key)


def _carried(choice: Sequence[Form]) -> tuple[Form, ...] | None:
    """The choice with what meets `Intertwines` in place of it; nothing where nothing does.

    Where B is A⁻ᵀ, and both commute with F or intertwine the same families, it is enough to choose
    A well: `Aᵀ A` has to commute with F.
    """
    found: list[Form] = []
    waiting = list(choice)
    for form in choice:
        if form not in waiting:
            continue
        first = next((f for f in choice if f != form and _are_same(f, form)), None)
        match form, first:
            case Intertwines(), Conjugate() if not _undone(choice, first.by, form.owner):
                carrier, other = first.by_term, first.other
                found.append(Commutes(form.owner, other, first.parameters, carrier))
            case Intertwines(), Conjugate():
                drawn = _drawn(choice, first.by, form.owner)
                if not any(isinstance(f, Orthogonal) and f.owner == drawn for f in choice):
                    found.append(
                        Commutes(
                            drawn, first.other, first.parameters, is_closed=True, is_turned=True
                        )
                    )
            case Intertwines(), _:
                return None
            case Commutes(), Commutes() if _undone(choice, first.owner, form.owner):
                waiting.remove(first)
                drawn = _drawn(choice, first.owner, form.owner)
                found.append(Commutes(drawn, form.other, form.parameters, is_closed=True))
            case _:
                found.append(form)
    return tuple(found)


def _undone(choice: Sequence[Form], one: Atom, other: Atom) -> bool:
    """Whether one of these is the transposed inverse of the other."""
    pair = {one.name, other.name}
    return any(
        isinstance(f, Inverse) and {f.owner.name} | free_variables(f.other) >= pair for f in choice
    )


def _drawn(choice: Sequence[Form], one: Atom, other: Atom) -> Atom:
    """The one of these that is no inverse of the other."""
    inverses = {f.owner for f in choice if isinstance(f, Inverse)}
    return other if one in inverses else one


def _are_same(one: Form, other: Form) -> bool:
    """Whether both speak of the same families, at indices of the same names."""
    match one, other:
        case Conjugate(), Intertwines():
            left = atom_of(other.left, {v.name for v in other.parameters})
            return (
                left == one.owner
                and one.other == other.right
                and one.by.arguments == other.owner.arguments
            )
        case Commutes(), Commutes():
            same = one.other == other.other and one.owner.arguments == other.owner.arguments
            return same and one.owner != other.owner
    return False


def _depends(form: Form) -> set[str]:
    match form:
        case Commutes(carrier=carrier) if carrier is not None:
            return free_variables(form.other) | free_variables(carrier)
        case Conjugate():
            return free_variables(form.other) | free_variables(form.by_term)
        case Commutes() | Inverse() | Defined():
            return free_variables(form.other)
        case Solved():
            return equation_variables(form.equation) - {form.owner.name, *form.beside}
    return set()


def _owned(form: Form) -> set[str]:
    if isinstance(form, UnitSquares):
        return {atom.name for atom in form.atoms}
    if isinstance(form, Solved):
        return {form.owner.name, *form.beside}
    return {form.owner.name}


def _order(
    choice: Sequence[Form], variables: Mapping[str, Parameter]
) -> tuple[Parameter, ...] | None:
    waiting = dict(variables)
    found: list[Parameter] = []
    while waiting:
        ready = [
            name
            for name in waiting
            if not any(_depends(f) & set(waiting) for f in choice if name in _owned(f))
        ]
        if not ready:
            return None
        found += [waiting.pop(name) for name in ready]
    return tuple(found)


def _compatible(choice: Sequence[Form]) -> bool:
    """Whether one variable can meet all that it has to; several only within an algebra."""
    owners: dict[str, list[Form]] = {}
    for form in choice:
        for name in _owned(form):
            owners.setdefault(name, []).append(form)
    return all(
        len(forms) == 1
        or all(isinstance(f, Commutes | Orthogonal | CommutesWithItself) for f in forms)
        or (all(isinstance(f, Inverse) for f in forms) and len({f.owner for f in forms}) == 1)
        or all(isinstance(f, Solved) for f in forms)
        for forms in owners.values()
    )


def _structured(
    choice: Sequence[Form],
    variables: Mapping[str, Parameter],
    forms: Mapping[str, tuple[Form, ...]],
) -> dict[str, tuple[Commutes, ...]]:
    """Square matrices, not drawn from a commutant themselves, that others commute with."""
    found: dict[str, tuple[Commutes, ...]] = {}
    for name, parameter in variables.items():
        target = function_parts(parameter.type)[1]
        square = isinstance(target, Matrix) and target.rows == target.columns
        met = all(isinstance(f, Orthogonal | CommutesWithItself) for f in forms[name])
        commuting = tuple(
            f for f in choice if isinstance(f, Commutes) and name in free_variables(f.other)
        )
        itself = any(isinstance(f, CommutesWithItself) for f in forms[name])
        if square and met and (commuting or itself):
            found[name] = commuting
    return found

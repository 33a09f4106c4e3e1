"""The forms of hypotheses that samplers know how to meet, found by their shape.

`recognise` reads one equation and lists all ways in which it can be met by choosing one variable
(`owner`) once the others are known; `assign` picks one way for each hypothesis, such that the
choices can be made one after the other. `assignments` adds the ways that ask nothing of an
equation's form: one of its variables is solved for, or tried; which of these serve is seen by
drawing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, islice, product

from harness.claims.model import Claim, Hypothesis, Library
from harness.claims.unfolding import unfolded_equation
from harness.language.terms import Apply, Equation, Primitive, Relation, Term, Variable
from harness.language.transform import equation_variables, free_variables
from harness.language.types import Matrix, Parameter, function_parts, is_place, resolve


@dataclass(frozen=True)
class Atom:
    """A variable of the claim at distinct bound indices: `A`, `A(k)`, `A(k)(p)`, `v[i]`."""

    name: str
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Orthogonal:
    """`Aᵀ @ A = 1`; with `rows`, `A @ Aᵀ = 1`."""

    owner: Atom
    rows: bool = False


@dataclass(frozen=True)
class Commutes:
    """`A @ other = other @ A`, for all `parameters`; `other` does not speak of A.

    Such a C may be a factor of what is drawn: with `carrier`, A is `carrier @ C`; with
    `is_turned`, A is Q @ C where Q is any orthogonal matrix. With `is_closed`, Cᵀ commutes as well.
    """

    owner: Atom
    other: Term
    parameters: tuple[Variable, ...]
    carrier: Term | None = None
    is_closed: bool = False
    is_turned: bool = False


@dataclass(frozen=True)
class CommutesWithItself:
    """`A(p) @ A(q) = A(q) @ A(p)`."""

    owner: Atom


@dataclass(frozen=True)
class UnitSquares:
    """`a*a + b*b + … = 1`, or `dot(v, v) = 1` (then `vector`, and v is the owner)."""

    owner: Atom
    atoms: tuple[Atom, ...]
    vector: bool = False


@dataclass(frozen=True)
class Inverse:
    """`A @ B = 1` or `a * b = 1`: the owner is the inverse of `other`, an atom as well.

    A matrix that is not square has many, on one side: `is_left` tells whether the owner is A.
    Either may stand there transposed: `other` is as it stands, and the owner is the transpose of
    the inverse where `is_transposed`.
    """

    owner: Atom
    other: Term
    parameters: tuple[Variable, ...]
    is_left: bool
    is_transposed: bool = False


@dataclass(frozen=True)
class Conjugate:
    """`A @ by = by @ other`: the owner is `by @ other @ by⁻¹`, where neither speaks of A."""

    owner: Atom
    by: Atom
    by_term: Term
    other: Term
    parameters: tuple[Variable, ...]


@dataclass(frozen=True)
class Intertwines:
    """`left @ A = A @ right`, where neither speaks of A.

    It is met where another matrix M has `left` for a `Conjugate` of `right`. Then A may be M @ C,
    if C commutes with `right`. Where A is M⁻ᵀ already, M has to be such that it intertwines: the
    product of an orthogonal matrix and one that commutes with `right` and with its transpose.
    """

    owner: Atom
    left: Term
    right: Term
    parameters: tuple[Variable, ...]


@dataclass(frozen=True)
class Defined:
    """`A = other`, where `other` does not speak of A."""

    owner: Atom
    other: Term
    parameters: tuple[Variable, ...]


@dataclass(frozen=True)
class Involution:
    """`s(s(i)) = i`, for an index or a position i."""

    owner: Atom


@dataclass(frozen=True)
class Solved:
    """Any equation: the owner, a variable of numbers or places, is solved for once the rest is.

    With `beside`, another variable of its type is solved for together with it.
    """

    owner: Atom
    equation: Equation
    beside: str = ""


Form = (
    Involution
    | Solved
    | Orthogonal
    | Commutes
    | CommutesWithItself
    | UnitSquares
    | Inverse
    | Defined
    | Conjugate
    | Intertwines
)


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


def recognise(equation: Equation, library: Library) -> list[Form]:
    """All ways to meet `equation` by choice of one variable; empty where none is known."""
    if not equation.is_equation:
        return []
    bound = {v.name for v in equation.parameters}
    plain = unfolded_equation(equation, library)
    left, right = plain.left, plain.right
    found: list[Form] = []
    for one, other in ((left, right), (right, left)):
        if _is(other, "identity"):
            found += _products_to_one(one, bound, equation.parameters)
        if _is(other, "one"):
            found += _unit_squares(one, bound)
            if isinstance(one, Primitive) and one.operator == "multiply":
                first, second = one.arguments
                found += _inverses(first, second, bound, equation.parameters)
    for one, other in ((left, right), (right, left)):
        match one:
            case Apply(Variable(name), Apply(Variable(inner), Variable(index))) if (
                name == inner
                and name not in bound
                and {index} == bound
                and other == Variable(index, other.type)
            ):
                found.append(Involution(Atom(name, ())))
    found += _commutations(left, right, bound, equation.parameters)
    found += _intertwinings(left, right, bound, equation)
    found += _intertwinings(right, left, bound, equation)
    for one, other in ((left, right), (right, left)):
        atom = _atom(one, bound)
        if atom and atom.name not in free_variables(other) and _whole(atom, equation):
            found.append(Defined(atom, other, equation.parameters))
    return found


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
    variables = {p.name: p for p in claim.parameters if p.is_explicit}
    open_ = open_functions(claim)
    candidates: list[list[Form]] = []
    for hypothesis in claim.hypotheses:
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
    """Two variables of one type solved for together, then each alone, in all that speaks of them.

    What does not speak of them is met by its form, the first of them, where it has one.
    """
    every_one = ((h, equation_variables(h.equation)) for h in claim.hypotheses)
    spoken = [(hypothesis, names) for hypothesis, names in every_one if not names & open_]
    every = set[str]().union(*(names for _, names in spoken))
    numbers = [p for p in claim.parameters if p.name in every and not is_place(p.type)]
    pairs = [(p, q) for p, q in combinations(numbers, 2) if p.type == q.type]
    for solved in [*pairs, *((p,) for p in numbers)]:
        own = {p.name for p in solved}
        if not any(own <= names for _, names in spoken):
            continue
        beside = "".join(p.name for p in solved[1:])
        choice: list[Form] = []
        for hypothesis, names in spoken:
            if names & own:
                choice.append(Solved(Atom(solved[0].name, ()), hypothesis.equation, beside))
            elif forms := _preferred(recognise(hypothesis.equation, library), claim, library):
                choice.append(forms[0])
        yield choice


def open_functions(claim: Claim) -> set[str]:
    """The variables that are functions of numbers, vectors or matrices."""
    return {
        p.name
        for p in claim.parameters
        if p.is_explicit and not all(map(is_place, function_parts(p.type)[0]))
    }


def _assignment(claim: Claim, picked: Sequence[Form]) -> Assignment | None:
    """The forms that were picked, and an order; nothing where they do not go together."""
    variables = {p.name: p for p in claim.parameters if p.is_explicit}
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


# -- the forms --------------------------------------------------------------------------------


def _is(term: Term, operator: str) -> bool:
    return isinstance(term, Primitive) and term.operator == operator


def _atom(term: Term, bound: set[str]) -> Atom | None:
    match term:
        case Variable(name) if name not in bound:
            return Atom(name, ())
        case Apply(function, Variable(index)) | Primitive("entry", _, (function, Variable(index))):
            inner = _atom(function, bound)
            if inner and index in bound and index not in inner.arguments:
                return Atom(inner.name, (*inner.arguments, index))
    return None


def _member(term: Term, bound: set[str]) -> Atom | None:
    """A member of a family at an index that is computed, such as `A(group(k))`."""
    match term:
        case Apply(Variable(name), index) if name not in bound | free_variables(index):
            return Atom(name, ())
    return None


def _products_to_one(
    term: Term, bound: set[str], parameters: tuple[Variable, ...]
) -> Iterator[Form]:
    if not isinstance(term, Primitive) or term.operator != "matmul":
        return
    left, right = term.arguments
    for one, other, rows in ((left, right, False), (right, left, True)):
        if isinstance(one, Primitive) and one.operator == "transpose":
            atom = _atom(one.arguments[0], bound)
            if atom and one.arguments[0] == other:
                yield Orthogonal(atom, rows)
                return
    yield from _inverses(left, right, bound, parameters)


def _inverses(
    left: Term, right: Term, bound: set[str], parameters: tuple[Variable, ...]
) -> Iterator[Form]:
    (one, one_turned), (other, other_turned) = _upright(left, bound), _upright(right, bound)
    if one and other and one.name != other.name:
        for owner, term, is_left, is_transposed in (
            (other, left, False, other_turned),
            (one, right, True, one_turned),
        ):
            if set(owner.arguments) == bound:
                yield Inverse(owner, term, parameters, is_left, is_transposed)


def _upright(term: Term, bound: set[str]) -> tuple[Atom | None, bool]:
    """The atom that a term is, or is the transpose of; and whether it is the transpose."""
    match term:
        case Primitive("transpose", _, (inner,)):
            return _atom(inner, bound), True
    return _atom(term, bound), False


def _unit_squares(term: Term, bound: set[str]) -> Iterator[Form]:
    if isinstance(term, Primitive) and term.operator == "dot":
        one, other = term.arguments
        atom = _atom(one, bound)
        if atom and one == other:
            yield UnitSquares(atom, (atom,), vector=True)
        return
    atoms = []
    for summand in _summands(term):
        if not isinstance(summand, Primitive) or summand.operator != "multiply":
            return
        one, other = summand.arguments
        atom = _atom(one, bound)
        if atom is None or one != other or set(atom.arguments) != bound:
            return
        atoms.append(atom)
    if len({atom.name for atom in atoms}) == len(atoms):
        yield UnitSquares(atoms[0], tuple(atoms))


def _summands(term: Term) -> list[Term]:
    if isinstance(term, Primitive) and term.operator == "add":
        return [s for argument in term.arguments for s in _summands(argument)]
    return [term]


def _commutations(
    left: Term, right: Term, bound: set[str], parameters: tuple[Variable, ...]
) -> Iterator[Form]:
    match left, right:
        case Primitive("matmul", _, (a, b)), Primitive("matmul", _, (c, d)) if a == d and b == c:
            pass
        case _:
            return
    one, other = _atom(a, bound), _atom(b, bound)
    if one and other and one.name == other.name:
        yield CommutesWithItself(one)
        return
    for atom, term in ((one, b), (other, a)):
        if atom and atom.name not in free_variables(term):
            yield Commutes(atom, term, parameters)


def _intertwinings(left: Term, right: Term, bound: set[str], equation: Equation) -> Iterator[Form]:
    match left, right:
        case Primitive("matmul", _, (a, b)), Primitive("matmul", _, (c, d)) if b == c and a != d:
            by, owner = _atom(b, bound) or _member(b, bound), _atom(a, bound)
        case _:
            return
    if by is None or not isinstance(b.type, Matrix) or b.type.rows != b.type.columns:
        return  # only what is square has an inverse
    spoken = free_variables(d)
    if owner and owner.name not in spoken | free_variables(b) and _whole(owner, equation):
        yield Conjugate(owner, by, b, d, equation.parameters)
    if _atom(b, bound) and by.name not in spoken | free_variables(a):
        yield Intertwines(by, a, d, equation.parameters)


def _whole(atom: Atom, equation: Equation) -> bool:
    """Whether the equation gives every value of the atom's variable, not only some."""
    return set(atom.arguments) == {v.name for v in equation.parameters}


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
            left = _atom(other.left, {v.name for v in other.parameters})
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
            return equation_variables(form.equation) - {form.owner.name, form.beside}
    return set()


def _owned(form: Form) -> set[str]:
    if isinstance(form, UnitSquares):
        return {atom.name for atom in form.atoms}
    if isinstance(form, Solved) and form.beside:
        return {form.owner.name, form.beside}
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
        target = parameter.type
        while hasattr(target, "target"):
            target = resolve(target.target)
        square = isinstance(target, Matrix) and target.rows == target.columns
        met = all(isinstance(f, Orthogonal | CommutesWithItself) for f in forms[name])
        commuting = tuple(
            f for f in choice if isinstance(f, Commutes) and name in free_variables(f.other)
        )
        itself = any(isinstance(f, CommutesWithItself) for f in forms[name])
        if square and met and (commuting or itself):
            found[name] = commuting
    return found

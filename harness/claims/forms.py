"""The forms of hypotheses that samplers know how to meet, found by their shape.

`recognise` reads one equation and lists all ways in which it can be met by choosing one variable
(`owner`) once the others are known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.claims.model import Library
from harness.claims.unfolding import unfolded_equation
from harness.language.prelude import meaning
from harness.language.terms import Apply, Equation, Primitive, Term, Variable
from harness.language.transform import free_variables, rewrite_equation
from harness.language.types import Matrix


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

    Those `beside` it, of its type, are solved for together with it.
    """

    owner: Atom
    equation: Equation
    beside: tuple[str, ...] = ()


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


def recognise(equation: Equation, library: Library) -> list[Form]:
    """All ways to meet `equation` by choice of one variable; empty where none is known."""
    if not equation.is_equation:
        return []
    bound = {v.name for v in equation.parameters}
    plain = rewrite_equation(unfolded_equation(equation, library), _as_product)
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
        atom = atom_of(one, bound)
        if atom and atom.name not in free_variables(other) and _whole(atom, equation):
            found.append(Defined(atom, other, equation.parameters))
    return found


def _as_product(term: Term) -> Term | None:
    """What a power is by `*`."""
    match term:
        case Primitive("power"):
            return meaning(term, "the recognising of forms")
    return None


def _is(term: Term, operator: str) -> bool:
    return isinstance(term, Primitive) and term.operator == operator


def atom_of(term: Term, bound: set[str]) -> Atom | None:
    """The variable of the claim that a term is, taken at bound indices or at none."""
    match term:
        case Variable(name) if name not in bound:
            return Atom(name, ())
        case Apply(function, Variable(index)) | Primitive("entry", _, (function, Variable(index))):
            inner = atom_of(function, bound)
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
            atom = atom_of(one.arguments[0], bound)
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
            return atom_of(inner, bound), True
    return atom_of(term, bound), False


def _unit_squares(term: Term, bound: set[str]) -> Iterator[Form]:
    if isinstance(term, Primitive) and term.operator == "dot":
        one, other = term.arguments
        atom = atom_of(one, bound)
        if atom and one == other:
            yield UnitSquares(atom, (atom,), vector=True)
        return
    atoms = []
    for summand in _summands(term):
        if not isinstance(summand, Primitive) or summand.operator != "multiply":
            return
        one, other = summand.arguments
        atom = atom_of(one, bound)
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
    one, other = atom_of(a, bound), atom_of(b, bound)
    if one and other and one.name == other.name:
        yield CommutesWithItself(one)
        return
    for atom, term in ((one, b), (other, a)):
        if atom and atom.name not in free_variables(term):
            yield Commutes(atom, term, parameters)


def _intertwinings(left: Term, right: Term, bound: set[str], equation: Equation) -> Iterator[Form]:
    match left, right:
        case Primitive("matmul", _, (a, b)), Primitive("matmul", _, (c, d)) if b == c and a != d:
            by, owner = atom_of(b, bound) or _member(b, bound), atom_of(a, bound)
        case _:
            return
    if by is None or not isinstance(b.type, Matrix) or b.type.rows != b.type.columns:
        return  # only what is square has an inverse
    spoken = free_variables(d)
    if owner and owner.name not in spoken | free_variables(b) and _whole(owner, equation):
        yield Conjugate(owner, by, b, d, equation.parameters)
    if atom_of(b, bound) and by.name not in spoken | free_variables(a):
        yield Intertwines(by, a, d, equation.parameters)


def _whole(atom: Atom, equation: Equation) -> bool:
    """Whether the equation gives every value of the atom's variable, not only some."""
    return set(atom.arguments) == {v.name for v in equation.parameters}

"""Certificates checked by evaluating them; nothing here knows of normal forms or rewriting.

The claim's own terms, and the sides that a certificate gives, are evaluated by the array
interpreter with a symbol in every entry, or at random values: in either case nothing is assumed
of any variable. Left − right must be the defect, and the defect must vanish with the hypotheses'.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from harness.arrays import Evaluator, Value, open_function
from harness.claims.model import Claim, Hypothesis, Library
from harness.instances.models import is_about_indices, meeting_places
from harness.instances.tables import Table, arithmetic, sizes_of, values_of
from harness.language.terms import Equation, Lambda, Primitive, Term, Variable
from harness.language.transform import apart, children, substitute
from harness.language.types import SCALAR, Function
from harness.symbolic import build as b
from harness.symbolic.build import DEFECT, UNIT_DEFECT
from harness.symbolic.numbers import Residues, Ring, Work


@dataclass(frozen=True)
class Identity:
    """`∀ parameters, left − right = defect`, the defect in letters of its own."""

    equation: Equation
    defect: Term
    is_lemma: bool = False
    is_about_unit: bool = False
    """Whether it is a lemma `u * v = 1`: so u is not 0."""


@dataclass(frozen=True)
class Certificate:
    """Lemmas, each resting on those before it, and the claim."""

    identities: tuple[Identity, ...]

    @property
    def summands(self) -> int:
        """How many terms with a defect there are in all."""
        return sum(_summands(identity.defect) for identity in self.identities)


@dataclass(frozen=True)
class Expansion:
    """What came of checking a certificate at some sizes."""

    sizes: Mapping[str, int]
    symbols: int
    failed: str
    """Which identity does not hold; empty where all do."""


@dataclass(frozen=True)
class Rehearsal:
    """A certificate checked in residues, and what it will take to expand it."""

    sizes: Mapping[str, int]
    symbols: int
    products: int
    """Of monomials, at most."""
    failed: str


def rehearse(
    certificate: Certificate, claim: Claim, library: Library, dims: Sequence[int]
) -> Rehearsal:
    """What `expand` will do at these sizes."""
    sizes = sizes_of(claim.parameters, dims)
    numbers = Work()
    table = Table.over(numbers)
    failed = fault(certificate, claim, library, sizes, table, numbers)
    return Rehearsal(sizes, table.symbols, numbers.products, failed)


def expand(
    certificate: Certificate,
    claim: Claim,
    library: Library,
    dims: Sequence[int],
    *,
    backend: str = "sympy",
    rehearsal: Rehearsal | None = None,
) -> Expansion:
    """Check a certificate with a symbol in every entry, at sizes taken from `dims` in turn."""
    found = rehearsal or rehearse(certificate, claim, library, dims)
    if found.failed:
        return Expansion(found.sizes, found.symbols, found.failed)
    ring = Ring(found.symbols, backend)
    table = Table.over(ring)
    failed = fault(certificate, claim, library, found.sizes, table, ring)
    return Expansion(found.sizes, ring.used, failed)


def check_at_random(
    certificate: Certificate, claim: Claim, library: Library, dims: Sequence[int], seed: int
) -> Expansion:
    """Check a certificate at random numbers modulo a prime, which satisfy no hypothesis."""
    sizes = sizes_of(claim.parameters, dims)
    numbers = Residues(seed)
    table = Table.over(numbers)
    failed = fault(certificate, claim, library, sizes, table, numbers)
    return Expansion(sizes, numbers.used, failed)


class Numbers(Protocol):
    """What identities are evaluated in."""

    def of(self, number: int, /) -> Any: ...

    def are_zero(self, array: Any, /) -> bool: ...


def fault(
    certificate: Certificate,
    claim: Claim,
    library: Library,
    sizes: Mapping[str, int],
    table: Table,
    numbers: Numbers,
) -> str:
    """What is wrong with a certificate at these values; nothing where all is well."""
    if certificate.identities[-1].equation != apart(claim.conclusion, claim.parameters):
        return "the last identity is not the claim"
    walk = Evaluator(library, arithmetic(numbers.of, table), sizes)
    values = values_of(claim.parameters, sizes, table)
    # Maps of indices are such as the hypotheses ask; of all else nothing is assumed.
    values |= meeting_places(claim, library, sizes)
    hypotheses = [h for h in claim.hypotheses if not is_about_indices(h)]
    units: set[Hashable] = set()
    of_units = _of_units(table, numbers)
    values[UNIT_DEFECT] = of_units(frozenset())
    for identity in certificate.identities:
        equation = identity.equation
        left, right = walk.equation(equation, values)
        whole = _defect(walk, identity, hypotheses, values, vanishing=False)
        vanishing = {**values, UNIT_DEFECT: of_units(units)}
        none = _defect(walk, identity, hypotheses, vanishing, vanishing=True)
        place = "a lemma" if identity.is_lemma else "the claim"
        if not numbers.are_zero(left - right - whole):
            return f"{place}: the sides do not differ by the defect"
        if not numbers.are_zero(none):
            return f"{place}: the defect does not vanish with the hypotheses'"
        if identity.is_lemma:
            core = left.ndim - 1 - len(equation.parameters)
            for index in np.ndindex(*left.shape[: left.ndim - core]):
                table.merge(left[index], right[index])
        if identity.is_about_unit:
            match equation:
                case Equation(_, Primitive("multiply", _, (u, _)), b.ONE):
                    found = walk.equation(replace(equation, left=u, right=u), values)[0]
                    units |= set(map(table.canonical, found.reshape(-1)))
                case _:
                    return "a lemma: no product that is 1"
    return ""


def _of_units(table: Table, numbers: Numbers) -> Callable[[Collection[Hashable]], Value[Any]]:
    """`u (1/u) − 1` as a function of u, which is 0 of numbers that are known not to be 0."""

    def defect(u: Any, known: Collection[Hashable]) -> Any:
        if table.canonical(u) in known:
            return numbers.of(0)
        return u * table.inverse(u) - numbers.of(1)

    def of(known: Collection[Hashable]) -> Value[Any]:
        each = np.frompyfunc(lambda u: defect(u, known), 1, 1)
        type_ = Function(SCALAR, SCALAR)
        return open_function(type_, lambda given: np.asarray(each(given[0]), dtype=object))

    return of


def _defect(
    walk: Evaluator[Any],
    identity: Identity,
    hypotheses: Sequence[Hypothesis],
    values: Mapping[str, Value[Any]],
    *,
    vanishing: bool,
) -> Any:
    known: dict[str, Term] = {}
    for hypothesis in hypotheses:
        equation = hypothesis.equation
        body = (
            b.zero(equation.left.type) if vanishing else b.subtract(equation.left, equation.right)
        )
        for variable in reversed(equation.parameters):
            body = Lambda(variable, body)
        known[DEFECT + hypothesis.name] = body
    term = substitute(identity.defect, known)
    pair = replace(identity.equation, left=term, right=b.zero(term.type))
    return walk.equation(pair, values)[0]


def _summands(term: Term) -> int:
    match term:
        case Variable(name):
            return int(name.startswith(DEFECT))
        case _:
            return sum(map(_summands, children(term)))

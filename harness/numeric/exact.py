"""The check `prime field`: both sides computed without rounding, modulo primes near 2²⁴.

Open functions are random ones, fresh for each instance. A claim that holds over every field (or
commutative ring) holds here exactly; one that does not differs in almost every instance, and how
often it may not is bounded by degrees.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from harness.arrays.evaluate import rank, shape_of
from harness.arrays.floats import Floats
from harness.claims.forms import (
    Atom,
    Commutes,
    Conjugate,
    Defined,
    Inverse,
    Orthogonal,
    UnitSquares,
)
from harness.claims.model import Claim, Library
from harness.instances.exact import fails_in
from harness.language.terms import Equation, Primitive, Term
from harness.language.transform import calls, subterms
from harness.language.types import DimLit, Index, Matrix, Named, Type, function_parts
from harness.numeric.check import SIZES, SMALL_CHARACTERISTIC, Check, Compared, Drawn, Mask
from harness.numeric.degrees import Degree, Degrees, entries
from harness.numeric.instance import Instance
from harness.numeric.modular import (
    FEW,
    PAIRS,
    PRIMES,
    SMALL_PRIMES,
    PairField,
    PrimeField,
    RandomFunction,
)
from harness.numeric.sampling import OpenFunctions
from harness.numeric.spelling import defects

SMALL_BATCHES = 2
SEARCHED_BATCHES = 4
"""So many batches modulo each small prime: a claim that fails there does in much of a batch."""

_MANY = 0.2
"""The part of a batch of pairs of residues that must differ where a claim is about fields."""

_COLLISION = 2.0**-40
"""The chance that two different arguments get one key in `RandomFunction`."""


def divisors(claim: Claim, library: Library) -> list[int]:
    """The primes that divide the numbers beyond 3 of which a claim, or what it calls, speaks."""
    terms = [side for e in (claim.conclusion, *claim.assumed) for side in e.sides]
    called: set[str] = set()
    numbers: set[int] = set()
    for term in terms:  # which grows while it is walked
        for part in subterms(term):
            match part:
                case Primitive("numeral", (DimLit(number),)):
                    numbers.add(number)
        new = calls(term) - called
        called |= new
        terms += [library.definitions[name].body for name in new]
    numbers -= {0, 1, 2, 3}
    if not numbers:
        return []
    from sympy import primefactors  # slow to import

    return sorted({prime for number in numbers for prime in primefactors(number)})


class PrimeFieldCheck(Check):
    """Batches of instances over prime fields. Raises `Unmet` where no sampler meets the claim."""

    name = "prime field"

    wider = ((PRIMES, SIZES), (PAIRS, SIZES), (FEW, (1, 2)))

    def field_of(self, number: int) -> PrimeField:
        """The integers modulo a prime, or a product of two; they take turns."""
        if number >= SMALL_CHARACTERISTIC:
            return PrimeField(self._small_primes[number % len(self._small_primes)])
        moduli = self.plans.way.moduli or PRIMES
        modulus = moduli[number % len(moduli)]
        return PairField(*modulus) if isinstance(modulus, tuple) else PrimeField(modulus)

    def functions(self, field: PrimeField, number: int) -> OpenFunctions:
        return random_functions(field)

    def setting(self, number: int, field: PrimeField, has_others: bool) -> list[str]:
        """The primes take turns."""
        return [f"p = {field.prime}"]

    def met(self, field: PrimeField, instance: Instance) -> tuple[Mask, Mapping[str, Floats]]:
        fair = np.ones(instance.lanes, dtype=bool)
        for _, defect in defects(self.plans.claim, self.plans.evaluators, field, instance):
            fair &= defect == 0
        return fair, {}

    @property
    def small_characteristics(self) -> range:
        """The batches modulo small primes, where the claim is about every field, or every ring.

        `(x + x) / (1 + 1) = x` holds modulo all primes but 2, and `5 ≠ 0` modulo all but 5. Of one
        type of numbers, such as ℚ, these tell nothing.
        """
        plans = self.plans
        is_about_all = plans.claim.scalars.is_any and plans.fixed is None
        # There the few kinds of functions that meet a law may be constant.
        count = self._small_batches if is_about_all and not plans.way.laws else 0
        return range(SMALL_CHARACTERISTIC, SMALL_CHARACTERISTIC + count)

    @property
    def _small_primes(self) -> tuple[int, ...]:
        """What was solved for, and not built by its form, has rare cases: in few numbers, often."""
        own = (2, *FEW) if self.plans.trials else SMALL_PRIMES
        return tuple(dict.fromkeys((*own, *divisors(self.plans.claim, self.plans.library))))

    @property
    def _small_batches(self) -> int:
        each = SEARCHED_BATCHES if self.plans.trials else SMALL_BATCHES
        return each * len(self._small_primes)

    def compare(self, drawn: Drawn, equation: Equation) -> Compared:
        """Both sides as numbers in 0 … p − 1."""
        field = drawn.field
        assert isinstance(field, PrimeField)
        backend = self.placing.backend
        walk = self.plans.evaluators.at(field.on(backend), drawn.instance.sizes)
        sides = walk.equation(equation, drawn.values)
        left, right = (field.canonical(backend.fetch(s)).astype(np.float64) for s in sides)
        wrong = drawn.fair & fails_in(equation.relation, left, right)
        # A pair of residues may be 0 in one of them: that is no number of a field.
        is_of_fields = "divide" in self.plans.claim.scalars.operations
        if isinstance(field, PairField) and is_of_fields and wrong.mean() < _MANY:
            wrong = np.zeros_like(wrong)
        return Compared(left, right, wrong, drawn.fair, np.where(wrong, np.inf, 0.0))

    def miss(self, sizes: Mapping[str, int], prime: int) -> float:
        """A bound on the chance that one instance misses that the claim fails, given families,
        and the orthogonal factor of what carries one into another.

        Two arguments of open functions that differ may agree by chance, the difference of the
        sides may vanish by chance, and two keys may agree.
        """
        if self.plans.is_searched:
            return 1.0
        found = Degrees(self.plans.library, self._leaves(sizes))
        conclusion = found.equation(self.plans.claim.conclusion, sizes)
        chance = (conclusion.above + conclusion.under) / prime
        count = sum(copies for _, copies in found.applications)
        if found.applications:
            degree = max(d.above + d.under for d, _ in found.applications)
            chance += count * (count - 1) / 2 * (2 * degree / prime + _COLLISION)
        return min(1.0, chance)

    def _leaves(self, sizes: Mapping[str, int]) -> dict[str, Degree]:
        """The degrees of the entries of variables in the numbers that are drawn for them."""
        assignment = self.plans.assignment
        leaves: dict[str, Degree] = {}
        for parameter in assignment.order:
            type_ = parameter.type
            target = function_parts(type_)[1]
            if rank(type_) is None:
                continue
            shape = shape_of(type_, sizes)
            d = max(shape[-2:]) if isinstance(target, Matrix) else 1
            members = math.prod(shape[:-2] if isinstance(target, Matrix) else shape)
            points = math.prod(shape)
            degree = Degree(0 if isinstance(target, Index | Named) else 1)
            if parameter.name in assignment.structured:
                degree = Degree(0)
            for form in assignment.forms[parameter.name]:
                match form:
                    case Orthogonal() if parameter.name not in assignment.structured:
                        degree = entries(parameter.name, d, d, members)
                    case UnitSquares(_, atoms):
                        degree = entries(parameter.name, 2, 2, points)
                        leaves |= {atom.name: degree for atom in atoms}
                    case Inverse(_, other):
                        inner = Degrees(self.plans.library, leaves).term(other, sizes)
                        own = int(len(set(shape[-2:])) > 1)  # (C A)⁻¹ C, where C is drawn as well
                        degree = entries(
                            parameter.name,
                            d * (inner.above + inner.under + own) + own,
                            d * (inner.above + own),
                            members,
                        )
                    case Commutes(carrier=carrier) if carrier is not None:
                        inner = Degrees(self.plans.library, leaves).term(carrier, sizes)
                        degree = entries(parameter.name, inner.above + 1, inner.under, members)
                    case Conjugate(_, by, _, other):
                        degree = self._conjugate(parameter.name, by, other, leaves, sizes)
                    case Defined(_, other, _):
                        degree = Degrees(self.plans.library, leaves).term(other, sizes)
                    case _:
                        pass
            leaves.setdefault(parameter.name, degree)
        return leaves

    def _conjugate(
        self,
        name: str,
        by: Atom,
        other: Term,
        leaves: Mapping[str, Degree],
        sizes: Mapping[str, int],
    ) -> Degree:
        """A F A⁻¹, where A is drawn linearly or, if it is orthogonal, as N / δ: N F Nᵀ / δ²."""
        plans = self.plans
        [type_] = (p.type for p in plans.claim.explicit if p.name == by.name)
        shape = shape_of(type_, sizes)
        d, members = shape[-1], math.prod(shape[:-2])
        is_orthogonal = any(isinstance(f, Orthogonal) for f in plans.assignment.forms[by.name])
        turns = 2 * d if is_orthogonal else d
        inner = Degrees(plans.library, leaves).term(other, sizes)
        return entries(name, turns + inner.above, turns + inner.under, members)


def random_functions(field: PrimeField) -> OpenFunctions:
    """A maker of random functions, for samplers."""

    def make(
        rng: np.random.Generator, type_: Type, sizes: Mapping[str, int], lanes: int
    ) -> RandomFunction:
        arguments, result = function_parts(type_)
        keys = rng.integers(0, 2**64, lanes, dtype=np.uint64)
        ranks = [rank(a) or 0 for a in arguments]
        return RandomFunction(field, keys, ranks, shape_of(result, sizes))

    return make

"""What it means that nothing turns, and how the kernel sees that something does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.language.terms import Primitive, Term
from harness.language.types import (
    SCALAR,
    Matrix,
    Type,
    function_parts,
)
from harness.lean import expression as lean
from harness.lean.certificate.equation import Point, refuted
from harness.lean.certificate.instance import Instance
from harness.lean.certificate.numbers import (
    ONE,
    CannotCertify,
    place,
)
from harness.lean.certificate.values import entries_of, fresh_indices
from harness.lean.expression import (
    Constant,
    Expression,
    Local,
    apply,
    arrow,
)
from harness.lean.scope import SCALAR_LEVEL, LeanScope

FALSEHOOD = Constant("False")


@dataclass(frozen=True)
class Trivial:
    """That a matrix is 0 off its diagonal, or a vector or scalar 0; of a family, every member."""

    scope: LeanScope
    subject: Term

    def indices(self) -> list[tuple[str, Type]]:
        """The indices at which the subject has a number, by name."""
        families, result = function_parts(self.subject.type)
        families = [*families, *entries_of(result)[0]]
        taken = {*self.scope.variables.values(), *self.scope.sorts.values()}
        return list(zip(fresh_indices(len(families), taken), families, strict=True))

    def proposition(self) -> Expression:
        """That each number is 0, but for those on a diagonal."""
        indices = self.indices()
        number, places = self._at([Local(name) for name, _ in indices])
        body = self._equal(number)
        if places:
            body = arrow(arrow(_same(places), FALSEHOOD), body)
        return lean.for_all([(name, self.scope.type(t)) for name, t in indices], body)

    def refutation(self, instance: Instance, point: Point) -> Expression:
        """A proof that it is not so at the values of an instance, by `decide` at one point."""
        indices = self.indices()
        if len(point) != len(indices):
            raise CannotCertify("the point is not one of the subject's")
        given = [
            place(value, instance.count(type_))
            for value, (_, type_) in zip(point, indices, strict=True)
        ]
        number, places = ([instance.at(side) for side in sides] for sides in self._at(given))
        found = apply(Local("trivial"), *given)
        if places:
            decision = apply(Constant("instDecidableEqNat"), *places)
            found = apply(found, refuted(_same(places), decision))
        decision = apply(instance.numbers.equality, *number)
        proof = apply(refuted(instance.at(self._equal(number)), decision), found)
        return lean.Function("trivial", instance.at(self.proposition()), proof)

    def _at(self, indices: Sequence[Expression]) -> tuple[list[Expression], list[Expression]]:
        """A number of the subject beside 0, and of a matrix its row and its column as numbers."""
        number = apply(self.scope.term(self.subject), *indices)
        zero = self.scope.term(Primitive("zero", (), (), SCALAR))
        result = function_parts(self.subject.type)[1]
        sizes = [result.rows, result.columns] if isinstance(result, Matrix) else []
        places = [
            apply(Constant("Fin.val"), self.scope.dimension(size), index)
            for size, index in zip(sizes, indices[len(indices) - len(sizes) :], strict=True)
        ]
        return [number, zero], places

    def _equal(self, sides: Sequence[Expression]) -> Expression:
        return apply(Constant("Eq", (f"+{SCALAR_LEVEL}",)), self.scope.alpha, *sides)


def _same(places: Sequence[Expression]) -> Expression:
    return apply(Constant("Eq", (ONE,)), lean.NAT, *places)

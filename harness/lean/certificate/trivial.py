"""What it means that nothing turns, and how the kernel sees that something does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.language.terms import Primitive, Term
from harness.language.types import (
    SCALAR,
    Index,
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
    substitute,
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

    @property
    def is_matrix(self) -> bool:
        return isinstance(function_parts(self.subject.type)[1], Matrix)

    def proposition(self) -> Expression:
        names = [name for name, _ in self.indices()]
        body = self.entry([Local(name) for name in names])
        if self.is_matrix:
            row, column = self.indices()[-2:]
            distinct = arrow(self._same(row, column), FALSEHOOD)
            body = arrow(distinct, body)
        binders = [(name, self.scope.type(type_)) for name, type_ in self.indices()]
        return lean.for_all(binders, body)

    def entry(self, indices: Sequence[Expression]) -> Expression:
        """That one number is 0."""
        number = apply(self.scope.term(self.subject), *indices)
        zero = self.scope.term(Primitive("zero", (), (), SCALAR))
        equality = Constant("Eq", (f"+{SCALAR_LEVEL}",))
        return apply(equality, self.scope.alpha, number, zero)

    def _same(self, row: tuple[str, Type], column: tuple[str, Type]) -> Expression:
        values = [
            apply(Constant("Fin.val"), self._size(type_), Local(name))
            for name, type_ in (row, column)
        ]
        return apply(Constant("Eq", (ONE,)), lean.NAT, *values)

    def _size(self, type_: Type) -> Expression:
        assert isinstance(type_, Index)
        return self.scope.dimension(type_.size)

    def refutation(self, instance: Instance, point: Point) -> Expression:
        """A proof that it is not so at the values of an instance, by `decide` at one point."""
        indices = self.indices()
        if len(point) != len(indices):
            raise CannotCertify("the point is not one of the subject's")
        given = [
            place(value, instance.count(type_))
            for value, (_, type_) in zip(point, indices, strict=True)
        ]
        found = apply(Local("trivial"), *given)
        if self.is_matrix:
            here = dict(zip((name for name, _ in indices), given, strict=True))
            same = substitute(instance.at(self._same(*indices[-2:])), here)
            assert isinstance(same, lean.Application)
            assert isinstance(same.function, lean.Application)
            decision = apply(Constant("instDecidableEqNat"), same.function.argument, same.argument)
            found = apply(found, refuted(same, decision))
        equation = instance.at(self.entry(given))
        assert isinstance(equation, lean.Application)
        assert isinstance(equation.function, lean.Application)
        decision = apply(instance.numbers.equality, equation.function.argument, equation.argument)
        proof = apply(refuted(equation, decision), found)
        return lean.Function("trivial", instance.at(self.proposition()), proof)

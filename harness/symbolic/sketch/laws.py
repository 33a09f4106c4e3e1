"""Which law of matrices and sums a step of a sketch goes by, hypotheses apart."""

from __future__ import annotations

from collections import Counter

from harness.language.terms import Primitive, Term
from harness.language.transform import map_children, subterms
from harness.symbolic import build as b

_BLOCKS = {"concat", "blockdiag", "append", "blocks"}
_SUMS = {"sum", "sum_vector"}


def law(left: Term, right: Term) -> str:
    """The law's name, where one is enough; `algebra` for several at once."""
    if _flattened(left) == _flattened(right):
        return "associativity"
    before, after = _operators(left), _operators(right)
    if (before | after).keys() & _BLOCKS:
        return "block by block"
    if before["dot"] and before["dot"] == after["dot"] and _without(before) == _without(after):
        return "adjoint"
    if (before.keys() & _SUMS) and _without(before) == _without(after):
        return "linearity"
    return "algebra"


def _operators(term: Term) -> Counter[str]:
    return Counter(t.operator for t in subterms(term) if isinstance(t, Primitive))


def _without(operators: Counter[str]) -> Counter[str]:
    """The operators, but for products and transposes."""
    rest = operators.copy()
    for name in ("matmul", "matvec", "transpose"):
        del rest[name]
    return rest


def _flattened(term: Term) -> Term:
    """The term with all products associated to the left."""
    if isinstance(term, Primitive) and term.operator in ("matmul", "matvec"):
        return b.chain(_factors(term))
    return map_children(_flattened, term)


def _factors(term: Term) -> list[Term]:
    if isinstance(term, Primitive) and term.operator in ("matmul", "matvec"):
        return [factor for part in term.arguments for factor in _factors(part)]
    return [_flattened(term)]

"""Whether a claim says anything at all: what its text alone tells, before any law is used.

A proof of `f(x) = f(x)` is a proof, and so is one of a statement about the entries of an empty
vector; nobody learns anything from either. That hypotheses contradict each other is not seen here
but by those who compute with them.
"""

from __future__ import annotations

from harness.claims.model import Claim, Library
from harness.claims.unfolding import TooLarge, unfolded_equation
from harness.language.terms import Apply, Equation, Lambda, Primitive, Term, Variable
from harness.language.transform import (
    alpha_equal,
    apply,
    free_variables,
    rewrite,
    rewrite_equation,
)
from harness.language.types import Function, Index, Matrix, Type, Vector, is_zero, resolve

MOST = 100_000
"""How many parts of a side are looked at: a definition used twice in the next doubles them."""


UNKNOWN = f"Unfolded it has more than {MOST} parts, or is too deep: what it says is not known."
"""What is said in place of a reason where nobody looked far enough."""


def vacuous(claim: Claim, library: Library) -> str:
    """Why the claim says nothing, as a sentence; empty where its text shows no such reason."""
    try:
        return _reason(claim, library)
    except (TooLarge, RecursionError):
        return UNKNOWN


def missing(claim: Claim) -> str:
    """The first of what the claim is about that there is none of, as `i: index(0)`, or empty."""
    about = [(p.name, p.type) for p in claim.explicit]
    about += [(v.name, v.type) for v in claim.conclusion.parameters]
    return next((f"{name}: {type_}" for name, type_ in about if _none(type_)), "")


def _reason(claim: Claim, library: Library) -> str:
    conclusion = claim.conclusion
    if nothing := missing(claim):
        return f"It speaks of nothing: there is no {nothing}."
    is_reflexive = conclusion.relation.is_reflexive
    if is_reflexive and alpha_equal(conclusion.left, conclusion.right):
        return "Both sides of the conclusion are one term."
    plain, *assumed = (
        unfolded_equation(equation, library, MOST)
        for equation in (conclusion, *(h.equation for h in claim.hypotheses))
    )
    plain, *assumed = (rewrite_equation(e, _written_out) for e in (plain, *assumed))
    if is_reflexive and alpha_equal(plain.left, plain.right):
        return "Both sides of the conclusion are one term once definitions are unfolded."
    for hypothesis, equation in zip(claim.hypotheses, assumed, strict=True):
        if _same(plain, equation):
            return f"Its conclusion is the hypothesis {hypothesis.name}."
    if _is_about_nothing(plain):
        return "Both sides of the conclusion are about entries of what has none."
    return ""


def _written_out(term: Term) -> Term | None:
    """What a term is that only takes something apart and puts it together again, entry by entry.

    `[i ↦ x[i]]` is `x`, `i ↦ f(i)` is `f`, and `[i ↦ t][j]` is `t` at `j`: the same to Lean before
    any law is used, as a vector is the function of its entries. None of them is `[i ↦ x[i] + 0]`.
    """
    match term:
        case Lambda(bound, Apply(function, Variable(name))):
            is_whole = name == bound.name and name not in free_variables(function)
            return function if is_whole else None
        case Primitive("vector", _, (Lambda(bound, Primitive("entry", _, (whole, at))),)):
            is_whole = isinstance(at, Variable) and at.name == bound.name
            return whole if is_whole and bound.name not in free_variables(whole) else None
        case Primitive("entry", _, (Primitive("vector", _, (entries,)), at)):
            return apply(entries, at)
        case _:
            return None


def _same(this: Equation, that: Equation) -> bool:
    """Whether two equations are one, whichever side stands first and whatever they range over."""
    if len(this.parameters) != len(that.parameters) or this.relation is not that.relation:
        return False
    mine, yours = _families(this), _families(that)
    is_turned = all(map(alpha_equal, mine, reversed(yours))) and not this.relation.is_order
    return all(map(alpha_equal, mine, yours)) or is_turned


def _families(equation: Equation) -> list[Term]:
    """Both sides as functions of what the equation ranges over."""
    sides = [equation.left, equation.right]
    for variable in reversed(equation.parameters):
        sides = [Lambda(variable, side) for side in sides]
    return sides


def _is_about_nothing(equation: Equation) -> bool:
    """Whether both sides become one when all that has no entries is taken for one thing.

    Where one side alone is changed by that, the claim is a law of empty sums, and says something.
    """
    left, right = rewrite(equation.left, _emptied), rewrite(equation.right, _emptied)
    if _single(equation.left.type):
        return True
    is_changed = left != equation.left and right != equation.right
    return is_changed and alpha_equal(left, right)


_SUMS = {"sum", "sum_vector", "dot", "matvec", "matmul"}


def _emptied(term: Term) -> Term | None:
    if _single(term.type):
        return Variable("∅", term.type)
    if not isinstance(term, Primitive) or term.operator not in _SUMS:
        return None
    is_empty = any(isinstance(a, Variable) and a.name == "∅" for a in term.arguments)
    return Variable("0", term.type) if is_empty else None


def _single(type_: Type) -> bool:
    """Whether a type has one value only, since there is no place for an entry."""
    match resolve(type_):
        case Vector(size):
            return is_zero(size)
        case Matrix(rows, columns):
            return is_zero(rows) or is_zero(columns)
        case Function(source, target):
            return _none(source) or _single(target)
        case _:
            return False


def _none(type_: Type) -> bool:
    """Whether a type has no value."""
    match resolve(type_):
        case Index(size):
            return is_zero(size)
        case Function(source, target):
            return _none(target) and not _none(source)
        case _:
            return False

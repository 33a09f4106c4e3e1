"""The parts of a claim that can be taken away: its hypotheses, and what one side has in addition.

A claim that something may be changed has the change on one side: `f(A @ B, …) = f(B, …)`. Both
sides are walked together; where the left has something around what the right has, that is a part,
and without it the left has there what the right has.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

from harness.claims.model import Claim, Hypothesis, Library
from harness.claims.toggles import Checker, Question, Toggle
from harness.language.notation import to_text
from harness.language.terms import Apply, Call, Equation, Lambda, Primitive, Term, Variable
from harness.language.transform import (
    alpha_equal,
    apply,
    children,
    free_variables,
    fresh,
    rewrite,
    subterms,
    with_children,
)
from harness.language.types import Function, Parameter, function_parts

Path = tuple[int, ...]
"""Which child of which child: the way to a subterm."""


class _OwnClaim:
    """Toggles that never ask about another claim."""

    is_assumption = False

    def asks(self, question: str) -> Claim | None:
        return None

    def detached(self) -> Self:
        return self


@dataclass(frozen=True)
class WithoutHypothesis(_OwnClaim):
    """The claim without one of its hypotheses."""

    is_assumption = True

    name: str
    says: str
    needs: tuple[str, ...] = ()

    def off(self, claim: Claim, library: Library) -> Claim:
        return claim.without(self.name)


@dataclass(frozen=True)
class WithoutPart(_OwnClaim):
    """The claim with one place of its conclusion left as it was."""

    name: str
    says: str
    on_left: bool
    path: Path
    plain: Term
    """What stands there without the part."""
    needs: tuple[str, ...] = ()

    def off(self, claim: Claim, library: Library) -> Claim:
        old = claim.conclusion
        if self.on_left:
            changed = replace(old, left=put(old.left, self.path, self.plain))
        else:
            changed = replace(old, right=put(old.right, self.path, self.plain))
        return replace(claim, conclusion=changed)


@dataclass(frozen=True)
class Reordered(_OwnClaim):
    """The claim with the blocks of one block diagonal put in another order."""

    name: str
    says: str
    needs: tuple[str, ...] = ()

    def off(self, claim: Claim, library: Library) -> Claim:
        blocks = _first_blocks(claim.conclusion.left)
        if blocks is None:
            return claim
        [family] = blocks.arguments
        heads = function_parts(family.type)[0][0]
        taken = {p.name for p in claim.parameters} | _names(claim.conclusion)
        there = Variable(fresh("σ", taken), Function(heads, heads))
        back = Variable(fresh("τ", taken | {there.name}), Function(heads, heads))
        k = Variable(fresh("k", taken | {there.name, back.name}), heads)
        moved = Lambda(k, apply(family, Apply(there, k, heads)))
        round_trip = Equation((k,), Apply(back, Apply(there, k, heads), heads), k)
        order = Hypothesis("reordering", round_trip, to_text(round_trip))
        changed = replace(blocks, arguments=(moved,))
        left = rewrite(claim.conclusion.left, lambda t: changed if t == blocks else None)
        return replace(
            claim,
            parameters=(*claim.parameters, *(Parameter(v.name, v.type) for v in (there, back))),
            hypotheses=(*claim.hypotheses, order),
            conclusion=replace(claim.conclusion, left=left),
        )


def ablation(claim: Claim) -> Checker:
    """The checker of one claim: everything that can be taken away from it, by name."""
    toggles: list[Toggle] = [
        WithoutHypothesis(h.name, f"It is assumed that {h.text}.") for h in claim.hypotheses
    ]
    toggles += parts(claim.conclusion, {h.name for h in claim.hypotheses})
    if _first_blocks(claim.conclusion.left) is not None:
        says = "The blocks stand on the diagonal in the order of the heads."
        toggles.append(Reordered(fresh("block order", {t.name for t in toggles}), says))
    question = Question("", claim.says, claim)
    return Checker(claim.theorem, claim.theorem, claim.says, (question,), tuple(toggles))


def parts(equation: Equation, taken: set[str]) -> Iterator[WithoutPart]:
    """What one side has in addition to the other, outermost places first."""
    names = set(taken)
    for on_left, path, whole, plain in _extras(equation.left, equation.right, (), ()):
        name = fresh(to_text(plain) if len(to_text(plain)) < 20 else "result", names)
        names.add(name)
        says = f"`{to_text(whole)}` stands in place of `{to_text(plain)}`."
        yield WithoutPart(name, says, on_left, path, plain)


_Extra = tuple[bool, Path, Term, Term]


def _extras(left: Term, right: Term, at_left: Path, at_right: Path) -> Iterator[_Extra]:
    if alpha_equal(left, right):
        return
    if _is_more(left, right):
        yield True, at_left, left, right
        return
    if _same_head(left, right):
        pairs = zip(children(left), children(right), strict=True)
        for i, (one, other) in enumerate(pairs):
            yield from _extras(one, other, (*at_left, i), (*at_right, i))
        return
    for i, inner in enumerate(children(right)):
        if _same_head(left, inner) and inner.type == right.type:
            yield from _extras(left, inner, at_left, (*at_right, i))
            yield False, at_right, right, inner
            return


def _is_more(whole: Term, plain: Term) -> bool:
    """Whether `plain` is no application of an operator and `whole` speaks of more than it."""
    return (
        isinstance(plain, Variable | Apply)
        and whole.type == plain.type
        and free_variables(plain) < free_variables(whole)
    )


def _same_head(left: Term, right: Term) -> bool:
    match left, right:
        case Call(f), Call(g):
            return f == g
        case Primitive(f), Primitive(g):
            return f == g and len(left.arguments) == len(right.arguments)
        case Lambda(p), Lambda(q):
            return p == q
        case _:
            return isinstance(left, Apply) and isinstance(right, Apply)


def _first_blocks(term: Term) -> Primitive | None:
    found = (t for t in subterms(term) if isinstance(t, Primitive) and t.operator == "blockdiag")
    return next(found, None)


def _names(equation: Equation) -> set[str]:
    sides = (*subterms(equation.left), *subterms(equation.right))
    bound = {t.parameter.name for t in sides if isinstance(t, Lambda)}
    return bound | {v.name for v in equation.parameters}


def put(term: Term, path: Path, new: Term) -> Term:
    """`term` with `new` at `path`."""
    if not path:
        return new
    below = children(term)
    first, rest = path[0], path[1:]
    return with_children(term, (*below[:first], put(below[first], rest, new), *below[first + 1 :]))

"""What a fold costs: before and after, once and at every use, folded and not.

A claim is a fold where both sides are one definition, some of whose matrices differ and are made
of given matrices alone, while an input, a vector or a family of them, stays as it was. A vector
that differs beside them is a bias, and given as they are. What is made of these alone can be
computed once, before there is any input; so the definition is counted at matrices and biases of
the types that it gets before and after. That is all that `zero cost` can
mean here: as many parameters, and as many operations for one output, whatever the sizes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import sympy

from harness.claims.model import Claim, Library
from harness.claims.unfolding import unfolded
from harness.cost.count import count, count_all, reassociated
from harness.cost.counts import Counts, Polynomial, Uncountable, entries
from harness.language.terms import Apply, Call, Lambda, Term, Variable
from harness.language.transform import free_variables, fresh, rewrite, subterms
from harness.language.types import Function, Index, Matrix, Named, Type, Vector


@dataclass(frozen=True)
class Folded:
    """A matrix or a bias that the fold puts another in place of."""

    name: str
    """The parameter of the definition."""
    before: Term
    after: Term


@dataclass(frozen=True)
class FoldCost:
    """The cost of a fold, for one output of the definition."""

    definition: str
    folded: tuple[Folded, ...]
    inputs: tuple[str, ...]
    """The vectors, and families of them, that stay as they were."""
    parameters_before: Polynomial
    """Of the matrices and biases that the fold changes."""
    parameters_after: Polynomial
    before: Counts
    after: Counts
    once: Counts
    """What computing the new matrices takes."""
    unfolded: Counts
    """What one output takes where nothing is folded: each matrix acts in its turn."""

    @property
    def is_free(self) -> bool:
        """Whether the fold changes neither the number of parameters nor that of operations."""
        return bool(self.parameters_before == self.parameters_after and self.before == self.after)


def fold_cost(claim: Claim, library: Library) -> FoldCost:
    """The cost of the fold that `claim` is about. Raises `Uncountable` where it is none."""
    left, right = claim.conclusion.left, claim.conclusion.right
    if not (isinstance(left, Call) and isinstance(right, Call)):
        raise Uncountable("the conclusion is no equation between values of one definition")
    if left.definition != right.definition:
        raise Uncountable(f"{left.definition} and {right.definition} are two definitions")
    parameters = [p for p in library.definitions[left.definition].parameters if p.is_explicit]
    folded: list[Folded] = []
    inputs: dict[str, Term] = {}
    for parameter, after, before in zip(parameters, left.arguments, right.arguments, strict=True):
        if after != before:
            folded.append(Folded(parameter.name, _shared(before), _shared(after)))
        elif _holds(after.type, Vector):
            inputs[parameter.name] = before
    _see_that_it_is_a_fold(folded, inputs)
    return FoldCost(
        left.definition,
        tuple(folded),
        tuple(inputs),
        sympy.expand(sum(entries(item.before.type) for item in folded)),
        sympy.expand(sum(entries(item.after.type) for item in folded)),
        count(_at_given(right, folded), library),
        count(_at_given(left, folded), library),
        count_all((item.after for item in folded), library),
        count(reassociated(unfolded(left, library)), library),
    )


def _see_that_it_is_a_fold(folded: list[Folded], inputs: Mapping[str, Term]) -> None:
    if not folded:
        raise Uncountable("both sides are the same")
    given = set().union(*map(free_variables, inputs.values()))
    beside = any(_holds(item.after.type, Matrix) for item in folded) and inputs
    for item in folded:
        is_bias = bool(beside) and _holds(item.after.type, Vector)
        if not is_bias and not _holds(item.after.type, Matrix):
            reason = (
                f"{item.name} changes, and is no matrix, so nothing is known before it is given"
            )
            raise Uncountable(reason)
        known = free_variables(item.before) - given if is_bias else set()
        for part in subterms(item.after):
            if isinstance(part, Variable) and _holds(part.type, Vector) and part.name not in known:
                raise Uncountable(f"{item.name} is made of {part.name}, which is no matrix")
    if not inputs:
        raise Uncountable("no vector stays as it was, so there is no input")


def _holds(type_: Type, kind: type[Matrix] | type[Vector]) -> bool:
    """Whether values of `type_` are of this kind, or families of such."""
    while isinstance(type_, Function) and isinstance(type_.source, Index | Named):
        type_ = type_.target
    return isinstance(type_, kind)


def _look_up(term: Term) -> tuple[Term, Lambda] | None:
    """`group` and `j ↦ F(j)` of a family `k ↦ F(group(k))`."""
    if not isinstance(term, Lambda):
        return None
    k = term.parameter
    looks = {
        part.function
        for part in subterms(term.body)
        if isinstance(part, Apply) and part.argument == k and isinstance(part.type, Index)
    }
    if len(looks) != 1:
        return None
    [look] = looks
    assert isinstance(look.type, Function)
    j = Variable(fresh("j", free_variables(term)), look.type.target)
    place = Apply(look, k, j.type)
    body = rewrite(term.body, lambda part: j if part == place else None)
    return None if k.name in free_variables(body) else (look, Lambda(j, body))


def _shared(term: Term) -> Term:
    """The family that `term` holds copies of, where several of its members are one."""
    found = _look_up(term)
    return term if found is None else found[1]


def _at_given(call: Call, folded: list[Folded]) -> Term:
    """`call` with a name for each matrix and bias that the fold changes, as it is at run time."""
    changed = {item.after for item in folded} | {item.before for item in folded}
    taken = set().union(*map(free_variables, call.arguments))
    given = []
    for place, argument in enumerate(call.arguments):
        name = f"given_{place}"
        assert name not in taken
        if _shared(argument) not in changed:
            given.append(argument)
        elif (found := _look_up(argument)) is None:
            given.append(Variable(name, argument.type))
        else:
            look, family = found
            assert isinstance(argument, Lambda)
            k = argument.parameter
            at = Apply(look, k, family.parameter.type)
            given.append(Lambda(k, Apply(Variable(name, family.type), at, family.body.type)))
    return replace(call, arguments=tuple(given))

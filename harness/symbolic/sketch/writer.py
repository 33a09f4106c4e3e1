"""Writes sketches: what calls on the two sides have to do with each other, innermost first."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from harness.claims.given import with_units
from harness.claims.model import Claim, Definition, Library
from harness.language.terms import Apply, Call, Equation, Lambda, Primitive, Term, Variable
from harness.language.transform import (
    alpha_equal,
    apart,
    canonical,
    children,
    free_variables,
    fresh,
    instantiate,
    map_children,
    outermost,
    spine,
    substitute,
    with_children,
)
from harness.symbolic import build as b
from harness.symbolic import words as w
from harness.symbolic.interpret import UnsupportedTerm
from harness.symbolic.prove import prove
from harness.symbolic.readback import Unreadable
from harness.symbolic.sketch.algebra import Algebra, Reasoned, Scope
from harness.symbolic.sketch.laws import law
from harness.symbolic.sketch.model import Group, NoSketch, Sketch, Step


def sketch(claim: Claim, library: Library) -> Sketch:
    """The proof of a claim. Raises `NoSketch` where there is none, or none that reads."""
    if not claim.conclusion.is_equation:
        raise NoSketch(f"a sketch is of an equation, and of no {claim.conclusion.relation}")
    try:
        return _Writer(claim, library.definitions).write()
    except (Unreadable, UnsupportedTerm, w.BudgetSpent) as error:
        raise NoSketch(str(error)) from None
    except NoSketch:
        if used := prove(with_units(claim), library.definitions).combined:
            return _entry_by_entry(claim, used)
        raise


def _entry_by_entry(claim: Claim, used: Collection[str]) -> Sketch:
    """One line: linear algebra says no more than what it rests on."""
    equation = apart(claim.conclusion, claim.parameters)
    given = tuple(h for h in claim.hypotheses if h.name in used)
    line = Step(1, equation.left, equation.right, ", ".join(h.name for h in given))
    says = "Entry by entry, a combination of the entries of what is given."
    return Sketch(claim.theorem, (Group(claim.theorem, says, (line,), equation),), given)


@dataclass(frozen=True)
class _Result:
    """`left = right`, as its group shows it last."""

    right: Term
    number: int


class _Writer:
    def __init__(self, claim: Claim, definitions: Mapping[str, Definition]) -> None:
        self.claim = claim
        self.definitions = definitions
        self.algebra = Algebra(claim, definitions)
        self.groups: list[Group] = []
        self.number = 0
        self.results: dict[tuple[Term, Term], _Result | None] = {}

    def write(self) -> Sketch:
        equation = apart(self.claim.conclusion, self.claim.parameters)
        left, right, scope = equation.left, equation.right, equation.parameters
        self.algebra.note_names(left)
        self.algebra.note_names(right)
        reached = self._related(left, right, scope)
        if not self.groups or not alpha_equal(reached[0], right):
            steps = self._chain(left, [reached], right, scope, [])
            self._group(self.claim.theorem, "", steps, scope)
        found = Sketch(self.claim.theorem, tuple(_merged(self.groups)))
        used = {reason for step in found.steps for reason in step.reason.split(", ")}
        return replace(found, given=tuple(h for h in self.claim.hypotheses if h.name in used))

    # -- results about calls ---------------------------------------------------------------------

    def _related(self, left: Term, right: Term, scope: Scope) -> Reasoned:
        """`left` with its calls replaced by what they have to do with those of `right`."""
        if alpha_equal(left, right):
            return left, []
        match left, right:
            case Call(name), Call(called) if name == called:
                result = self._result(left, right, scope)
                return (left, []) if result is None else (result.right, [f"({result.number})"])
            case Lambda(), Lambda():
                return self._under_binder(left, right, scope)
        if _head(left) != _head(right):
            return self._paired(left, right, scope)
        pairs = zip(children(left), children(right), strict=True)
        found = [self._related(child, other, scope) for child, other in pairs]
        reasons = [reason for _, more in found for reason in more]
        if isinstance(left, Apply) and reasons:
            reasons.append(f"congruence of {_function(left)}")
        return with_children(left, tuple(t for t, _ in found)), list(dict.fromkeys(reasons))

    def _under_binder(self, left: Lambda, right: Lambda, scope: Scope) -> Reasoned:
        taken = {p.name for p in self.claim.parameters} | {v.name for v in scope}
        variable = Variable(fresh(left.parameter.name, taken), left.parameter.type)
        one, two = (
            term.body
            if term.parameter.name == variable.name
            else substitute(term.body, {term.parameter.name: variable})
            for term in (left, right)
        )
        self.algebra.note_names(Lambda(variable, one))
        found, reasons = self._related(one, two, (*scope, variable))
        return replace(left, parameter=variable, body=found), reasons

    def _paired(self, left: Term, right: Term, scope: Scope) -> Reasoned:
        """Sides of different shapes: calls of one definition belong together, in order."""
        partners: dict[str, list[Call]] = {}
        for call in outermost(right):
            partners.setdefault(call.definition, []).append(call)
        known = {p.name for p in self.claim.parameters} | {v.name for v in scope}
        reasons: list[str] = []

        def walk(term: Term) -> Term:
            if not isinstance(term, Call):
                return map_children(walk, term)
            others = partners.get(term.definition)
            other = others.pop(0) if others else term
            # Neither may speak of what is bound around it alone.
            if term == other or not free_variables(term) | free_variables(other) <= known:
                return term
            result = self._result(term, other, scope)
            if result is None:
                return term
            reasons.append(f"({result.number})")
            return result.right

        return walk(left), reasons

    def _result(self, left: Call, right: Call, scope: Scope) -> _Result | None:
        """What `left` is in terms of `right`, written down when it is first asked for."""
        key = (canonical(left), canonical(right))
        if key not in self.results:
            self.results[key] = None
            names = free_variables(left) | free_variables(right)
            scope = tuple(v for v in scope if v.name in names)
            factor = self.algebra.factor(left, right, scope)
            if factor is not None:
                self.results[key] = self._derive(left, right, factor, scope)
        return self.results[key]

    def _derive(self, left: Call, right: Call, factor: list[Term], scope: Scope) -> _Result:
        definition = self.definitions[left.definition]
        unfolded = instantiate(definition.parameters, definition.body, left)
        target = instantiate(definition.parameters, definition.body, right)
        self.algebra.note_names(unfolded)
        reached = self._related(unfolded, target, scope)
        why = [f"definition of {definition.name}"]
        end, goal = b.chain([*factor, right]), b.chain([*factor, target])
        steps = self._chain(left, [(unfolded, why), reached], goal, scope, [(end, why)])
        self._group(definition.name, definition.says, steps, scope)
        return _Result(end, self.number)

    # -- chains of equations -----------------------------------------------------------------------

    def _chain(
        self, first: Term, start: list[Reasoned], goal: Term, scope: Scope, finish: list[Reasoned]
    ) -> list[Step]:
        """The steps first = … = start = … = goal = finish."""
        steps: list[Step] = []

        def write(terms: Iterable[Reasoned]) -> None:
            for term, reasons in terms:
                current = steps[-1].right if steps else first
                if not alpha_equal(term, current):
                    self.number += 1
                    because = ", ".join(reasons) or law(current, term)
                    steps.append(Step(self.number, current, term, because))

        write(start)
        write(self.algebra.steps(steps[-1].right if steps else first, goal, scope))
        write(finish)
        return steps

    def _group(self, title: str, says: str, steps: list[Step], scope: Scope) -> None:
        if steps:
            first, last = steps[0].left, steps[-1].right
            names = free_variables(first) | free_variables(last)
            used = tuple(v for v in scope if v.name in names)
            self.groups.append(Group(title, says, tuple(steps), Equation(used, first, last)))


def _head(term: Term) -> tuple[object, ...]:
    """What two terms that are walked together must share."""
    match term:
        case Variable(name) | Call(name):
            return type(term), name
        case Primitive(operator, _, arguments):
            return operator, len(arguments)
        case _:
            return (type(term),)


def _function(term: Term) -> str:
    head, _ = spine(term)
    return head.name if isinstance(head, Variable) else "a function"


def _merged(groups: list[Group]) -> Iterator[Group]:
    """Groups about one definition that follow each other as one; the last result stands."""
    for _, same in groupby(groups, key=lambda group: group.title):
        found = list(same)
        yield replace(found[-1], steps=tuple(step for group in found for step in group.steps))

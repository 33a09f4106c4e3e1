"""What rules say together: bounded Knuth–Bendix completion on words.

Where two rules apply to overlapping parts of one word, the two results are equal; if they have
different normal forms, their difference is a relation of its own. (G. M. Bergman, "The diamond
lemma for ring theory", 1978; for the accounts that relations carry: C. Hofstadler, C. G. Raab,
G. Regensburger, "Certifying operator identities via noncommutative Gröbner bases", 2019.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from heapq import heappop, heappush

from harness.symbolic import words as w
from harness.symbolic.matching import apart_from_variable, unify, variables
from harness.symbolic.order import Order
from harness.symbolic.rewriting import Rewriter
from harness.symbolic.rules import Relation, Rule, orient, units

MAX_RULES = 40
MAX_WORD = 8
"""Longer left sides are not added."""

MAX_TERMS = 12
"""Nor right sides of more summands."""

MAX_STEPS = 500
"""How often rules are applied in one completion, and on one overlap a quarter of that."""


@dataclass(frozen=True)
class Completion:
    """A set of rules, and whether all their overlaps come to one normal form."""

    rules: tuple[Rule, ...]
    is_confluent: bool


def complete(relations: Sequence[Relation], order: Order, overlaps: int) -> Completion:
    """The rules of relations and their transposes, and those that follow from so many overlaps.

    Short overlaps are looked at first, so that none waits for ever behind longer ones.
    """
    return _Completer(order).complete(relations, overlaps)


class _Completer:
    def __init__(self, order: Order) -> None:
        self.order = order
        self.rules: list[Rule] = []
        self.queue: list[tuple[int, int, Callable[[], Relation]]] = []
        self.count = 0
        self.steps = MAX_STEPS
        self.is_whole = True
        """Whether nothing was left out for its size."""

    def complete(self, relations: Sequence[Relation], overlaps: int) -> Completion:
        for found in relations:
            self._add(found)
            self._add(found.transpose)
        try:
            while self.queue and overlaps > 0 and len(self.rules) < MAX_RULES:
                overlaps -= 1
                _, _, overlap = heappop(self.queue)
                found = overlap()
                budget = min(self.steps, MAX_STEPS // 4)
                rewriter = Rewriter(self.rules, self.order, budget, max_terms=5 * MAX_TERMS)
                normal, defect = rewriter.reduce(found.difference)
                self.steps -= len(rewriter.uses)
                if normal == w.ZERO:
                    continue
                if rewriter.lemmas:
                    self.is_whole = False
                    continue
                account = w.subtract(found.defect, defect)
                found = replace(found, difference=normal, defect=account)
                self._add(found)
                self._add(found.transpose)
        except w.BudgetSpent:
            self.is_whole = False
        return Completion(tuple(self.rules), self.is_whole and not self.queue)

    def _add(self, found: Relation) -> None:
        """Make rules of a relation, and queue their overlaps with those that are there."""
        known = {(rule.left, rule.right) for rule in self.rules}
        made = (*orient(found, self.order), *units(found))
        new = [r for r in made if (r.left, r.right) not in known]
        if not new and found.difference != w.ZERO:
            self.is_whole = self.is_whole and not _is_new(found, known)
        for rule in new:
            if len(rule.left.word) > MAX_WORD or len(rule.right.terms) > MAX_TERMS:
                self.is_whole = False
                continue
            self.is_whole = self.is_whole and not rule.left.binders
            self.rules.append(rule)
            for other in self.rules if rule.unit is None else ():
                self._queue(rule, other)
                if other is not rule:
                    self._queue(other, rule)

    def _queue(self, first: Rule, second: Rule) -> None:
        for size, overlap in _overlaps(first, second, is_same=first is second):
            self.count += 1
            heappush(self.queue, (size, self.count, overlap))


def _is_new(found: Relation, known: set[tuple[w.Monomial, w.Poly]]) -> bool:
    """Whether a relation that makes no rule is not one that has made some."""
    for left, right in known:
        rest = w.subtract(w.Poly(((left, 1),)), right)
        if found.difference in (rest, w.scale(-1, rest)):
            return False
    return True


def _overlaps(
    first: Rule, second: Rule, *, is_same: bool
) -> Iterator[tuple[int, Callable[[], Relation]]]:
    """Words that end as `first` and begin as `second`, or hold it within: their lengths, and what
    makes the relations, which takes long where right sides do."""
    if not first.left.word or not second.left.word:
        yield from _of_functions(first, second)
        return
    if first.left.binders or second.left.binders:
        return  # sums are rewritten, and not overlapped
    second = second.apart
    one, two = first.left.word, second.left.word
    for size in range(1, min(len(one), len(two)) + 1):
        if size == len(one) == len(two) and is_same:
            continue
        names = unify(one[-size:], two[:size])
        if names is not None:
            length = len(one) + len(two) - size
            places = (), two[size:], one[:-size], ()
            yield length, partial(_relation, first, second, names, *places)
    for start in range(1, len(one) - len(two)):
        names = unify(one[start : start + len(two)], two)
        if names is not None:
            before, after = one[:start], one[start + len(two) :]
            yield len(one), partial(_relation, first, second, names, (), (), before, after)


def _of_functions(first: Rule, second: Rule) -> Iterator[tuple[int, Callable[[], Relation]]]:
    """`f(a + b)` and `f(0)`: the value of `b` for which the one is the other; and 0 for it."""
    match first.left, second.left:
        case (w.Monomial((), (w.Atom("a", _, (w.Poly() as one,)),), ()), _) if first is second:
            variable, rest = apart_from_variable(one)
            if variable is not None and variables(rest):
                yield 1, partial(_at_zero, first, variable)
        case (
            w.Monomial((), (w.Atom("a", name, (w.Poly() as one,)),), ()),
            w.Monomial((), (w.Atom("a", other, (w.Poly() as two,)),), ()),
        ) if name == other and not variables(two):
            variable, rest = apart_from_variable(one)
            if variable is not None and variables(one) != {("?", variable)}:
                names = {("?", variable): w.subtract(two, rest)}
                yield 1, partial(_relation, first, second, names, (), (), (), ())


def _at_zero(rule: Rule, variable: str) -> Relation:
    names = {("?", variable): w.ZERO}
    sides = (w.Poly(((rule.left, 1),)), rule.right, rule.defect)
    left, right, defect = (w.substitute_poly(p, names) for p in sides)
    return Relation(w.subtract(left, right), defect, rule.source, is_scalar=True)


def _relation(
    first: Rule,
    second: Rule,
    names: w.Substitution,
    before_first: w.Word,
    after_first: w.Word,
    before_second: w.Word,
    after_second: w.Word,
) -> Relation:
    def put(p: w.Poly) -> w.Poly:
        return w.substitute_poly(p, names)

    def word(letters: w.Word) -> w.Poly:
        return put(w.of_word(letters))

    def between(before: w.Word, p: w.Poly, after: w.Word) -> w.Poly:
        return w.multiply(word(before), put(p), word(after))

    sources = dict.fromkeys([*first.source.split(", "), *second.source.split(", ")])
    whole = (*before_second, *second.left.word, *after_second)
    return Relation(
        w.subtract(
            between(before_first, first.right, after_first),
            between(before_second, second.right, after_second),
        ),
        w.subtract(
            between(before_second, second.defect, after_second),
            between(before_first, first.defect, after_first),
        ),
        ", ".join(sources),
        is_scalar=not whole or whole[0].rows == w.UNIT == whole[-1].columns,
    )

"""Rules applied to normal forms, with a record of every use.

`Rewriter.reduce(p)` gives the normal form of `p` and the defect: `p − normal form` as a polynomial
in the hypotheses' defects. Arguments of open functions are reduced first; since a function is not
linear, each such step is kept as a `Lemma` of its own, by which equal arguments have equal values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from harness.symbolic import words as w
from harness.symbolic.matching import match_factors, match_word
from harness.symbolic.order import Measure, Order
from harness.symbolic.rules import Rule


@dataclass(frozen=True)
class Lemma:
    """`left = right` for all values of the parameters (open indices)."""

    parameters: tuple[w.Atom, ...]
    function: str
    """The open function of which this is the argument."""
    argument: int
    left: w.Poly
    right: w.Poly
    defect: w.Poly
    unit: tuple[w.Poly, w.Poly] | None = None
    """What the left side is a product of, where the right one is 1: so the first is not 0."""


@dataclass(frozen=True)
class Use:
    """One application of a rule to a monomial."""

    rule: Rule
    before: w.Poly
    after: w.Poly


@dataclass
class Rewriter:
    """Applies a fixed set of rules."""

    rules: Sequence[Rule]
    order: Order = field(default_factory=Order)
    budget: int = 4_000
    """Rule applications that are allowed in all."""
    max_terms: int = 5_000
    visits: int = 50_000
    """Monomials that are looked at in all: steps that are known by heart may go in circles."""
    lemmas: list[Lemma] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    _known: dict[w.Poly, w.Poly] = field(default_factory=dict)
    _steps: dict[w.Monomial, tuple[w.Poly, w.Poly] | None] = field(default_factory=dict)

    def reduce(self, p: w.Poly) -> tuple[w.Poly, w.Poly]:
        """The normal form, and `p` less it. Raises `w.BudgetSpent`."""
        pending = dict(p.terms)
        done: dict[w.Monomial, int] = {}
        defects: list[w.Poly] = []
        while pending:
            monomial, coefficient = pending.popitem()
            self.visits -= 1
            if self.visits < 0:
                raise w.BudgetSpent("too many summands to look at")
            if not coefficient:
                continue
            step = self._step(monomial)
            if step is None:
                done[monomial] = done.get(monomial, 0) + coefficient
                continue
            replacement, defect = step
            for m, c in replacement.terms:
                pending[m] = pending.get(m, 0) + coefficient * c
            defects.append(w.scale(coefficient, defect))
            if len(pending) + len(done) > self.max_terms:
                raise w.BudgetSpent(f"a term grew beyond {self.max_terms} summands")
        return w.poly(done), w.add(*defects)

    def first_step(self, p: w.Poly) -> tuple[w.Poly, str] | None:
        """`p` after one step, and the reason; nothing where `p` is normal."""
        for m, coefficient in p.terms:
            used = len(self.uses)
            step = self._step(m)
            if step is not None:
                rules = [use.rule for use in self.uses[used:]]
                names = [name for rule in rules for name in rule.source.split(", ")]
                reason = ", ".join(dict.fromkeys(names))
                after = w.scale(coefficient, step[0])
                return w.add(w.subtract(p, w.Poly(((m, coefficient),))), after), reason
        return None

    def _step(self, m: w.Monomial) -> tuple[w.Poly, w.Poly] | None:
        if m not in self._steps:
            locals_, factors, word = w.open_binders(m)
            found = self._reduce_arguments(locals_, factors, word)
            if found is None:
                found = self._apply(m, locals_, factors, word)
            self._steps[m] = found
        return self._steps[m]

    # -- arguments of functions ----------------------------------------------------------------

    def _reduce_arguments(
        self, locals_: tuple[w.Atom, ...], factors: tuple[w.Factor, ...], word: w.Word
    ) -> tuple[w.Poly, w.Poly] | None:
        changed = False

        def argument(value: w.Value, function: str, place: int) -> w.Value:
            nonlocal changed
            match value:
                case w.Poly():
                    found = self._equal(value, function, place)
                    changed |= found != value
                    return found
                case w.Abstraction(_, type_, _):
                    index, body = w.open_abstraction(value)
                    return w.close_abstraction(index, type_, argument(body, function, place))
                case w.Atom():
                    return value._replace(args=arguments(value))

        def arguments(item: w.Atom | w.Letter) -> tuple[w.Value, ...]:
            return tuple(argument(a, item.name, i) for i, a in enumerate(item.args))

        new: list[w.Factor] = []
        for factor in factors:
            match factor:
                case w.Bracket(_, inner):
                    turned = tuple(l._replace(args=arguments(l)) for l in inner)
                    new.append(w.Bracket("k", turned))
                case w.Inverse(_, of):
                    inverse = argument(of, "", 0)
                    assert isinstance(inverse, w.Poly)
                    new.append(w.Inverse("v", inverse))
                case w.Atom():
                    new.append(factor._replace(args=arguments(factor)))
                case w.Delta():
                    new.append(factor)
        turned_word = tuple(l._replace(args=arguments(l)) for l in word)
        if not changed:
            return None
        return w.substitute_parts(locals_, tuple(new), turned_word, {}), w.ZERO

    def _equal(self, p: w.Poly, function: str, place: int) -> w.Poly:
        """The normal form of an argument, by a lemma."""
        canonical, forth, back = _canonical(p)
        key = w.renamed(p, forth)
        if key not in self._known:
            normal, defect = self.reduce(key)
            self._known[key] = normal
            if normal != key:
                self.lemmas.append(Lemma(canonical, function, place, key, normal, defect))
        normal = self._known[key]
        return p if normal == key else w.renamed(normal, back)

    # -- rules -----------------------------------------------------------------------------------

    def _apply(
        self,
        m: w.Monomial,
        locals_: tuple[w.Atom, ...],
        factors: tuple[w.Factor, ...],
        word: w.Word,
    ) -> tuple[w.Poly, w.Poly] | None:
        for rule, is_turned, names, right, defect in self._candidates(locals_, factors, word):
            before = w.Poly(((m, 1),))
            is_to_be_held = rule.is_ordered or is_turned or any(map(_has_number, names.values()))
            if is_to_be_held and not _is_simpler(right, m, self.order):
                continue
            self.budget -= 1
            if self.budget < 0:
                raise w.BudgetSpent("too many rewriting steps")
            self.uses.append(Use(rule, before, right))
            if rule.unit is not None:
                self._is_unit(*(w.substitute_poly(p, names) for p in rule.unit))
            return right, defect
        return None

    def _is_unit(self, u: w.Poly, other: w.Poly, defect: w.Poly) -> None:
        """Keep a lemma: u is not 0, since a product of it is 1."""
        canonical, forth, _ = _canonical((u, other, defect))
        u, other, defect = (w.renamed(p, forth) for p in (u, other, defect))
        lemma = Lemma(canonical, "", 0, w.multiply(u, other), w.ONE, defect, (u, other))
        if lemma not in self.lemmas:
            self.lemmas.append(lemma)

    def _candidates(
        self, locals_: tuple[w.Atom, ...], factors: tuple[w.Factor, ...], word: w.Word
    ) -> Iterator[tuple[Rule, bool, w.Substitution, w.Poly, w.Poly]]:
        """Rules that apply: whether to a transposed scalar word, the values of the rule's
        variables, the result, and the defect."""
        for rule in self.rules:
            own = rule.opened
            for is_turned, names, outside, put in _places(own, factors, word):
                summed = [names.get(("?", name)) for name in rule.summed]
                if not _are_summed(summed, locals_, outside):
                    continue
                kept = tuple(x for x in locals_ if x not in summed)
                right, defect = put(rule.right), put(rule.defect)
                yield rule, is_turned, names, w.sum_over(kept, right), w.sum_over(kept, defect)


Names = dict[tuple[str, str], w.Atom]


def _canonical(node: object) -> tuple[tuple[w.Atom, ...], Names, Names]:
    """Names by which the open indices of a normal form are called in lemmas; forth and back."""
    heads = w.heads(node)
    free = tuple(dict.fromkeys(h for h in heads if isinstance(h, w.Atom) and h.kind == "l"))
    canonical = tuple(w.Atom("l", f"#{i}", (), x.type) for i, x in enumerate(free))
    forth = {("l", x.name): y for x, y in zip(free, canonical, strict=True)}
    back = {("l", y.name): x for x, y in zip(free, canonical, strict=True)}
    return canonical, forth, back


def _are_summed(
    found: Sequence[w.Value | None], locals_: tuple[w.Atom, ...], outside: object
) -> bool:
    """Whether what a rule sums over are indices that are summed over, and stand nowhere else."""
    atoms = [x for x in found if isinstance(x, w.Atom)]
    if len(atoms) < len(found) or len(set(atoms)) < len(atoms):
        return False
    return all(x in locals_ and not w.occurrences(x, outside) for x in atoms)


def _places(
    left: w.Monomial, factors: tuple[w.Factor, ...], word: w.Word
) -> Iterator[tuple[bool, w.Substitution, object, Callable[[w.Poly], w.Poly]]]:
    """Where a rule's left side stands, by what values, and what stands around it.

    Each place puts a polynomial there instead.
    """
    size = len(left.word)
    if not size:
        for others, names in match_factors(left.factors, factors, {}):
            rest = w.assemble((), others, word)
            yield False, names, (others, word), _putter(names, w.ONE, w.ONE, rest)
        return
    for start, names in match_word(left.word, word):
        first, last = word[:start], word[start + size :]
        before = w.assemble((), factors, first)
        yield False, names, (factors, first, last), _putter(names, before, w.of_word(last), w.ONE)
    for position, factor in enumerate(factors):
        if not isinstance(factor, w.Bracket):
            continue
        others = (*factors[:position], *factors[position + 1 :])
        for is_turned in (False, True):
            turned = w.transposed(factor.word) if is_turned else factor.word
            for start, names in match_word(left.word, turned):
                first, last = turned[:start], turned[start + size :]
                rest = w.assemble((), others, word)
                put = _putter(names, w.of_word(first), w.of_word(last), rest)
                yield is_turned, names, (others, word, first, last), put


def _putter(
    names: w.Substitution, before: w.Poly, after: w.Poly, rest: w.Poly
) -> Callable[[w.Poly], w.Poly]:
    return lambda p: w.multiply(before, w.substitute_poly(p, names), after, rest)


def _has_number(value: w.Value) -> bool:
    """Whether a value of a variable is or has a number, such as 0: then `f(x y) = f(x) f(y)` may
    make nothing simpler, since `f(y)` is `f(1 y)`."""
    if not isinstance(value, w.Poly):
        return False
    return not value.terms or any(not m.factors and not m.word for m, _ in value.terms)


def _is_simpler(p: w.Poly, m: w.Monomial, order: Order) -> bool:
    """Whether every monomial of `p` is simpler than `m`, indices and positions looked at.

    Names in arguments are counted before they are compared: by names alone `Θ(s(t))` is simpler
    than `Θ(t)`, `Θ(s(s(t)))` simpler still, and so on for ever.
    """
    key = _whole_measure(m, order)
    return all(_whole_measure(other, order) < key for other, _ in p.terms)


def _whole_measure(m: w.Monomial, order: Order) -> tuple[Measure, int, w.Monomial]:
    return order.measure(m), len(w.heads(m)), m

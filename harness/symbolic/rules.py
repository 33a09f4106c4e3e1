"""Hypotheses as rewrite rules, each with the account of why its two sides are equal.

A rule says `left = right`, and carries `defect`: a polynomial in the *defects* of the hypotheses
(the differences of their sides, written as letters of their own) that `left − right` is equal to,
whatever the variables are. Where the hypotheses hold, all defects are 0. So a proof by rewriting
adds up to an identity that can be checked without the rewriter: see `certificate`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from harness.claims.model import Hypothesis
from harness.language.types import Function, Index, Scalar, Type, Vector, resolve
from harness.symbolic import words as w
from harness.symbolic.build import DEFECT, UNIT_DEFECT
from harness.symbolic.codes import dim_code
from harness.symbolic.interpret import Environment, UnsupportedTerm, interpret_poly, symbol
from harness.symbolic.matching import variables
from harness.symbolic.order import Order, turns


@dataclass(frozen=True)
class Rule:
    """`left = right` for all values of the names of kind `?`."""

    left: w.Monomial
    """Either scalar factors or a word, and what is summed over in them."""
    right: w.Poly
    defect: w.Poly
    source: str
    """The hypothesis; several joined by `, ` where completion made the rule."""
    is_transpose: bool = False
    is_ordered: bool = False
    """To be used only where it makes a term simpler (both sides measure alike)."""
    unit: tuple[w.Poly, w.Poly, w.Poly] | None = None
    """Of `u (1/u) = 1`: u, a number v, and `u v − 1` in the hypotheses' defects: so u is not 0."""

    @cached_property
    def opened(self) -> w.Monomial:
        """The left side with a variable for each index that it sums over."""
        locals_, factors, word = w.open_binders(self.left)
        names = {("l", x.name): _summed(i, x.type) for i, x in enumerate(locals_)}
        return w.Monomial((), w.renamed(factors, names), w.renamed(word, names))

    @cached_property
    def summed(self) -> tuple[str, ...]:
        """The names of these variables."""
        return tuple(_summed(i, "").name for i in range(len(self.left.binders)))

    @cached_property
    def apart(self) -> Rule:
        """The rule with its variables renamed, so that none is another rule's."""
        if not variables(self.left):
            return self
        left, right, defect = map(_renamed, (self.left, self.right, self.defect))
        return replace(self, left=left, right=right, defect=defect)


def _summed(number: int, type_: str) -> w.Atom:
    return w.Atom("?", f"Σ{number}", (), type_)


@dataclass(frozen=True)
class Relation:
    """`difference = defect`, from which rules are made; the defect is 0 by hypothesis."""

    difference: w.Poly
    defect: w.Poly
    source: str
    is_scalar: bool
    """Whether both are scalars. If not, they may be matrices without entries, and `a 1 = b 1` says
    nothing of the scalars a and b."""
    is_transpose: bool = False

    @property
    def transpose(self) -> Relation:
        difference, defect = w.transpose(self.difference), w.transpose(self.defect)
        return replace(
            self, difference=difference, defect=defect, is_transpose=not self.is_transpose
        )


def units(found: Relation) -> Iterator[Rule]:
    """`u (1/u) = 1` for each factor u of a product of numbers that is 1.

    Over a field alone; and nothing else has a `1/u`.
    """
    terms = dict(found.difference.terms)
    sign = terms.pop(w.Monomial((), (), ()), 0)
    if not found.is_scalar or abs(sign) != 1 or len(terms) != 1:
        return
    [(product, coefficient)] = terms.items()
    if abs(coefficient) != 1 or product.binders or product.word:
        return
    for place, factor in enumerate(dict.fromkeys(product.factors)):
        u = w.of_factor(factor)
        others = w.assemble((), (*product.factors[:place], *product.factors[place + 1 :]))
        names = variables(product)
        if factor.kind == "?" or variables(factor) != names or isinstance(factor, w.Inverse):
            continue
        left = w.multiply(u, w.of_factor(w.Inverse("v", u)))
        defect = w.of_factor(w.Atom("a", UNIT_DEFECT, (u,), "scalar"))
        rest = w.scale(-sign * coefficient, others)
        unit = u, rest, w.scale(-sign, found.defect)
        yield Rule(left.terms[0][0], w.ONE, defect, found.source, unit=unit)


def _renamed(node: Any) -> Any:
    """A normal form with a mark at the name of each variable."""
    if isinstance(node, w.Atom | w.Letter) and node.kind == "?":
        return node._replace(name=node.name + "'")
    if isinstance(node, tuple):
        items = map(_renamed, node)
        return type(node)(*items) if hasattr(node, "_fields") else tuple(items)
    return node


def relation(hypothesis: Hypothesis, env: Environment) -> Relation:
    """What a hypothesis says of normal forms. Raises `UnsupportedTerm`."""
    equation = hypothesis.equation
    type_: Type = equation.left.type
    for variable in reversed(equation.parameters):
        type_ = Function(variable.type, type_)
    defect = symbol(DEFECT + hypothesis.name, type_)
    for variable in equation.parameters:
        value = symbol(variable.name, variable.type, "?")
        env = env.bind(variable.name, value)
        assert callable(defect)
        defect = defect(value)
    if not isinstance(defect, w.Poly):
        raise UnsupportedTerm("an equation of indices or positions")
    difference = w.subtract(interpret_poly(equation.left, env), interpret_poly(equation.right, env))
    is_scalar = isinstance(resolve(equation.left.type), Scalar)
    found = Relation(difference, defect, hypothesis.name, is_scalar)
    for variable in reversed(equation.parameters):
        if isinstance(resolve(variable.type), Vector):
            found = _without_vector(found, variable.name, variable.type)
    return found


def by_entries(found: Relation, hypothesis: Hypothesis) -> Iterator[Relation]:
    """What a relation says of entries where it has sums; and a scalar one for all i, of vectors.

    `Σᵢ (eᵢᵀ p)² eᵢ = p` says `(eᵢᵀ p)² = eᵢᵀ p`, and `Σⱼ eᵢᵀ A eⱼ = 1` says `Σⱼ A eⱼ = Σᵢ eᵢ`.
    """
    equation = hypothesis.equation
    is_summed = any(m.binders for m, _ in found.difference.terms)
    type_ = resolve(equation.left.type)
    if not is_summed:
        return
    if isinstance(type_, Vector):
        code = dim_code(type_.size)
        row = w.of_letter(w.injection(w.Atom("?", "entry", (), f"index {code}"), code).transposed)
        difference, defect = (w.multiply(row, p) for p in (found.difference, found.defect))
        yield replace(found, difference=difference, defect=defect, is_scalar=True)
    if isinstance(type_, Scalar) and len(equation.parameters) == 1:
        [bound] = equation.parameters
        if isinstance(own := resolve(bound.type), Index):
            code = dim_code(own.size)
            index = w.local(f"index {code}")
            column = w.of_letter(w.injection(index, code))
            names = {("?", bound.name): index}
            pair = (w.substitute_poly(p, names) for p in (found.difference, found.defect))
            difference, defect = (w.sum_over((index,), w.multiply(column, p)) for p in pair)
            yield replace(found, difference=difference, defect=defect, is_scalar=False)


def _without_vector(found: Relation, name: str, type_: Type) -> Relation:
    """`A v = B v` for all v says `A = B`; the columns of the defect are those at unit vectors."""
    turned = found
    for attempt in range(2):
        stripped = _strip(turned.difference, name)
        if stripped is not None:
            break
        turned = found.transpose if attempt == 0 else found
    else:
        return found
    size = resolve(type_)
    assert isinstance(size, Vector)
    code = dim_code(size.size)
    index = w.local(f"index {code}")
    column = w.of_letter(w.injection(index, code))
    at_unit = w.substitute_poly(turned.defect, {("?", name): column})
    defect = w.sum_over((index,), w.multiply(at_unit, w.transpose(column)))
    return replace(turned, difference=stripped, defect=defect, is_scalar=False)


def _strip(p: w.Poly, name: str) -> w.Poly | None:
    """What every monomial is without the column `name` at its end, where each has it there."""
    result = w.ZERO
    for m, c in p.terms:
        if m.binders or _count_name(m, name) != 1:
            return None
        rest: w.Poly | None = None
        if m.word and (m.word[-1].kind, m.word[-1].name, m.word[-1].flip) == ("?", name, False):
            rest = w.Poly(((m._replace(word=m.word[:-1]), c),))
        for position, factor in enumerate(m.factors):
            if not isinstance(factor, w.Bracket) or m.word:
                continue
            for word in (factor.word, w.transposed(factor.word)):
                if (word[-1].kind, word[-1].name) == ("?", name):
                    others = (*m.factors[:position], *m.factors[position + 1 :])
                    rest = w.scale(c, w.assemble((), others, word[:-1]))
        if rest is None:
            return None
        result = w.add(result, rest)
    return result


def _count_name(node: object, name: str) -> int:
    return sum(head.kind == "?" and head.name == name for head in w.heads(node))


# -- orientation ----------------------------------------------------------------------------


def orient(found: Relation, order: Order) -> Iterator[Rule]:
    """The rules that replace the least simple monomial of a relation by the others."""
    terms = found.difference.terms
    measured = sorted(((order.measure(m), m, c) for m, c in terms), reverse=True)
    if not measured:
        return
    top = measured[0][0]
    rivals = [(m, c) for measure, m, c in measured if measure == top]
    for lead, coefficient in rivals:
        if abs(coefficient) != 1 or not _is_left_side(lead, is_scalar=found.is_scalar):
            continue
        rest = w.Poly(tuple((m, -c * coefficient) for m, c in terms if m != lead))
        known = variables(lead)
        if variables(rest) | variables(found.defect) <= known and not _grows(lead, rest):
            yield Rule(
                lead,
                rest,
                w.scale(coefficient, found.defect),
                found.source,
                found.is_transpose,
                len(rivals) > 1,
            )


def _grows(lead: w.Monomial, rest: w.Poly) -> bool:
    """Whether a variable stands more often to the right: then sizes say nothing."""
    vectors = {
        h.name
        for h in w.heads(lead)
        if h.kind == "?" and (isinstance(h, w.Letter) or h.type == "scalar")
    }
    return any(
        _count_name(m, name) > _count_name(lead, name) for m, _ in rest.terms for name in vectors
    )


def _is_left_side(m: w.Monomial, *, is_scalar: bool) -> bool:
    if bool(m.factors) == bool(m.word) or bool(m.factors) != is_scalar:
        return False
    if m.binders:
        locals_, *parts_ = w.open_binders(m)
        if not all(w.occurrences(index, tuple(parts_)) for index in locals_):
            return False
    # What is a variable of the rule, or a product of such, would be found everywhere.
    parts = (*m.word, *m.factors)
    return any(part.kind != "?" for part in parts) and all(x.kind != "?" for x in m.word)


def orders(found: Sequence[Relation]) -> Iterator[Order]:
    """Orders worth trying, the best first.

    Names that a relation undoes (as in `X Y = 1`) go furthest outside in products, and names of
    few relations before names of many: what commutes with one family is then moved the same way.
    """
    counts: dict[str, int] = {}
    undone: dict[str, None] = {}
    for item in found:
        names = dict.fromkeys(_matrix_names(item.difference))
        for name in names:
            counts[name] = counts.get(name, 0) + 1
        if any(m == w.Monomial((), (), ()) for m, _ in item.difference.terms):
            undone |= names
    few_first = sorted(counts, key=lambda name: counts[name])
    outside = [*undone, *(name for name in few_first if name not in undone)]
    sequences = dict.fromkeys((tuple(outside), tuple(outside[::-1]), tuple(few_first)))
    for seeks_turns in (False, True)[: 1 + any(map(_turns, found))]:
        for sequence in sequences:
            ranks = {name: len(sequence) - i for i, name in enumerate(sequence)}
            yield Order(ranks, seeks_turns)
    if any(_takes_numbers(head) for item in found for head in w.heads(item.difference)):
        yield Order(splits_sums=True)


def _takes_numbers(head: w.Atom | w.Letter) -> bool:
    """Whether this is a function of a number, a vector or a matrix."""
    return head.kind == "a" and any(isinstance(arg, w.Poly) for arg in head.args)


def _turns(found: Relation) -> bool:
    """Whether two words of one relation that are alike otherwise differ in their transposes."""
    words = [m.word for m, _ in found.difference.terms if len(m.word) > 1]
    named = {tuple(sorted(letter.name for letter in word)) for word in words}
    return len(words) == 2 and len(named) == 1 and len(set(map(turns, words))) == 2


def _matrix_names(p: w.Poly) -> Iterator[str]:
    for m, _ in p.terms:
        words = [m.word, *(f.word for f in m.factors if isinstance(f, w.Bracket))]
        for letter in (letter for word in words for letter in word):
            if letter.kind == "a" and w.UNIT not in (letter.rows, letter.columns):
                yield letter.name

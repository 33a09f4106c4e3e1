"""Maps of indices that hypotheses speak of: `r(r(i)) = i`, `s(r(i)) = i`, `r(s(i)) = s(r(i))`.

What is done to an index, one map after another, is a word; the hypotheses are rules between words,
completed, by which words have normal forms. A map of the indices of one size to themselves that
another undoes is a bijection, since there are finitely many: it may re-index a sum.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.claims.model import Hypothesis
from harness.language.terms import Apply, Equation, Term, Variable
from harness.language.types import Index, is_place, resolve
from harness.symbolic import words as w
from harness.symbolic.codes import type_code

MapWord = tuple[str, ...]
"""Names of maps, the one that is done last first: `r(s(i))` is (r, s)."""

_RULES = 40
"""Completion ends when there are so many rules; those that there are, are true."""


@dataclass(frozen=True)
class Maps:
    """What is known of maps of indices."""

    rules: Mapping[MapWord, MapWord] = field(default_factory=dict)
    inverses: Mapping[str, MapWord] = field(default_factory=dict)
    """Of each map that is known to be a bijection, what undoes it."""

    def normal(self, word: MapWord) -> MapWord:
        """The normal form of a word."""
        changed = True
        while changed:
            changed = False
            for start in range(len(word)):
                for left, right in self.rules.items():
                    if word[start : start + len(left)] == left:
                        word, changed = (*word[:start], *right, *word[start + len(left) :]), True
                        break
                if changed:
                    break
        return word

    def inverse(self, word: MapWord) -> MapWord | None:
        """What undoes a word, where each of its maps is known to be a bijection."""
        if not all(name in self.inverses for name in word):
            return None
        return self.normal(tuple(x for name in reversed(word) for x in self.inverses[name]))

    # -- normal forms of terms ------------------------------------------------------------------

    def settled(self, p: w.Poly) -> w.Poly:
        """`p` with words in normal form, and sums indexed in the way that reads least."""
        if not self.rules:
            return p
        for _ in range(4):
            found = self._poly(p)
            if found == p:
                break
            p = found
        return p

    def _poly(self, p: w.Poly) -> w.Poly:
        return w.total((c, self._monomial(m)) for m, c in p.terms)

    def _monomial(self, m: w.Monomial) -> w.Poly:
        locals_, factors, word = w.open_binders(m)
        factors, word = tuple(self._node(f) for f in factors), self._node(word)
        plain = w.assemble(locals_, factors, word)
        for index in locals_:
            # Each of the words may be made the index itself: one choice, however it is written.
            choices: list[w.Poly] = []
            for chain in sorted(set(_chains(index, (factors, word)))):
                back = self.inverse(chain)
                if back is not None:
                    names = {("l", index.name): _chain(back, index)}
                    turned = w.substitute_parts(locals_, factors, word, names) if back else plain
                    choices.append(self._words(turned))
            best = min(choices, key=repr, default=plain)
            if best != plain:
                return best
        return plain

    def _words(self, p: w.Poly) -> w.Poly:
        """Words alone in normal form."""
        found = w.ZERO
        for m, c in p.terms:
            locals_, factors, word = w.open_binders(m)
            factors, word = tuple(self._node(f) for f in factors), self._node(word)
            found = w.add(found, w.scale(c, w.assemble(locals_, factors, word)))
        return found

    def _node(self, node: Any) -> Any:
        """A part of a monomial whose binders are open."""
        match node:
            case w.Atom():
                names, base = _taken_apart(node)
                if names:
                    return _chain(self.normal(names), base)
                return node._replace(args=self._node(node.args)) if node.args else node
            case w.Letter():
                return node._replace(args=self._node(node.args)) if node.args else node
            case w.Bracket():
                return w.bracket(self._node(node.word))
            case w.Delta():
                left, right = self._node(node.left), self._node(node.right)
                names, base = _taken_apart(left)
                back = self.inverse(names) if base.kind == "l" else None
                if back is not None:  # r(i) = j says i = r⁻¹(j)
                    left, right = base, self._node(_chain(back, right))
                return w.Delta("d", *sorted((left, right)))
            case w.Inverse():
                return w.Inverse("v", self._poly(node.of))
            case w.Abstraction():
                index, body = w.open_abstraction(node)
                return w.close_abstraction(index, node.type, self._node(body))
            case w.Poly():
                return self._poly(node)
            case _:
                return tuple(self._node(item) for item in node)


def _taken_apart(atom: w.Atom) -> tuple[MapWord, w.Atom]:
    """The maps that were done to an index, and the index."""
    names: list[str] = []
    while atom.kind == "a" and len(atom.args) == 1 and isinstance(atom.args[0], w.Atom):
        names.append(f"{atom.name}:{atom.type}")
        atom = atom.args[0]
    return tuple(names), atom


def _chain(word: MapWord, index: w.Atom) -> w.Atom:
    for name in reversed(word):
        own, _, type_ = name.partition(":")
        index = w.Atom("a", own, (index,), type_)
    return index


def _chains(index: w.Atom, node: Any) -> Iterator[MapWord]:
    """What is done to an index, wherever it stands."""
    if isinstance(node, w.Atom):
        names, base = _taken_apart(node)
        if base == index:
            yield names
            return
    if isinstance(node, w.Letter):
        node = node.args
    if isinstance(node, tuple):
        for item in node:
            yield from _chains(index, item)


# -- from hypotheses ----------------------------------------------------------------------------


def maps(hypotheses: Sequence[Hypothesis]) -> tuple[Maps, tuple[str, ...]]:
    """What hypotheses say of maps, and the names of these hypotheses."""
    found: list[tuple[MapWord, MapWord]] = []
    used: list[str] = []
    endless: dict[str, bool] = {}
    for hypothesis in hypotheses:
        pair = _pair(hypothesis.equation, endless)
        if pair is not None:
            found.append(pair)
            used.append(hypothesis.name)
    if not found:
        return Maps(), ()
    rules = _completed(found)
    inverses: dict[str, MapWord] = {}
    more: list[tuple[MapWord, MapWord]] = []
    for left, right in rules.items():
        if right == () and all(endless.get(name, False) for name in left):
            for name, rest in ((left[0], left[1:]), (left[-1], left[:-1])):
                if name not in inverses:
                    inverses[name] = rest
                    more += [((name, *rest), ()), ((*rest, name), ())]
    return Maps(_completed([*found, *more]), inverses), tuple(used)


def _pair(equation: Equation, endless: dict[str, bool]) -> tuple[MapWord, MapWord] | None:
    """Both sides as words; nothing for sides that are more. Notes which maps stay in one size."""
    if not is_place(equation.left.type) or len(equation.parameters) != 1:
        return None
    [bound] = equation.parameters
    sides = [_word(side, bound, endless) for side in (equation.left, equation.right)]
    left, right = sides
    return None if left is None or right is None else (left, right)


def _word(term: Term, bound: Variable, endless: dict[str, bool]) -> MapWord | None:
    names: list[str] = []
    while isinstance(term, Apply):
        if not isinstance(term.function, Variable):
            return None
        name = f"{term.function.name}:{type_code(term.type)}"
        is_finite = isinstance(resolve(term.type), Index)
        endless[name] = is_finite and type_code(term.argument.type) == type_code(term.type)
        names.append(name)
        term = term.argument
    return tuple(names) if term == bound else None


def _key(word: MapWord) -> tuple[int, MapWord]:
    return len(word), word


def _completed(pairs: Sequence[tuple[MapWord, MapWord]]) -> dict[MapWord, MapWord]:
    """Rules between words, shorter ones to the right, by Knuth and Bendix's completion."""
    waiting = list(pairs)
    rules: dict[MapWord, MapWord] = {}
    while waiting and len(rules) < _RULES:
        own = Maps(rules)
        one, other = (own.normal(word) for word in waiting.pop())
        if one == other:
            continue
        left, right = (one, other) if _key(one) > _key(other) else (other, one)
        for known in [k for k in rules if _holds(k, left)]:
            waiting.append((known, rules.pop(known)))
        rules[left] = right
        for known, value in list(rules.items()):
            waiting += _overlaps(left, right, known, value)
            waiting += _overlaps(known, value, left, right)
    return rules


def _holds(word: MapWord, part: MapWord) -> bool:
    return any(word[i : i + len(part)] == part for i in range(len(word) - len(part) + 1))


def _overlaps(
    left: MapWord, right: MapWord, other: MapWord, value: MapWord
) -> Iterator[tuple[MapWord, MapWord]]:
    for size in range(1, min(len(left), len(other))):
        if left[-size:] == other[:size]:
            yield (*right, *other[size:]), (*left[:-size], *value)

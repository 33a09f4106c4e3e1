"""Which of two monomials is simpler: what rules turn terms towards, and why rewriting ends.

The measure does not look at indices, so that it holds of every instance of a rule. Its first
parts (sizes, names, transposes, inversions) do not change under transposition: a rule
and its transpose are turned the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from harness.symbolic import words as w

Measure = tuple[
    int, int, int, tuple[tuple[int, str], ...], int, int, tuple[tuple[str, str, bool], ...]
]


@dataclass(frozen=True)
class Order:
    """A reduction order. A name of high rank goes left in a product, and its transpose right."""

    ranks: Mapping[str, int] = field(default_factory=dict)
    seeks_turns: bool = False
    """Whether words in which transposes stand beside letters that are not transposed are simpler.

    It turns `A B = Bᵀ A` and its transpose the same way, so that both apply within one scalar:
    there a word and its transpose are one, and no count of transposes can tell which is simpler.
    """

    splits_sums: bool = False
    """Whether functions at sums and products are less simple than those at their parts: `f(a + b)`
    goes to `f(a) f(b)`, so that a factor which all summands of a divisor have comes out, and
    `f(c a)` to `c f(a)`, so that what undoes c meets it."""

    def measure(self, m: w.Monomial) -> Measure:
        """Greater is less simple."""
        sequences = [m.word, *(f.word for f in m.factors if isinstance(f, w.Bracket))]
        heads = [*(letter.name for word in sequences for letter in word), *_scalars(m.factors)]
        return (
            sum(map(_parts, m.factors)) if self.splits_sums else 0,
            len(heads),
            sum(isinstance(h, w.Letter) or h.type == "scalar" for h in w.heads(m)),
            tuple(sorted(((self.ranks.get(name, 0), name) for name in heads), reverse=True)),
            -turns(m.word) if self.seeks_turns else sum(letter.flip for letter in m.word),
            sum(map(self._inversions, sequences)),
            tuple((l.kind, l.name, l.flip) for l in m.word),
        )

    def _inversions(self, word: w.Word) -> int:
        places = [self._place(letter) for letter in word]
        return sum(a > b for i, a in enumerate(places) for b in places[i + 1 :])

    def _place(self, letter: w.Letter) -> int:
        rank = self.ranks.get(letter.name, 0)
        return rank if letter.flip else -rank


def turns(word: w.Word) -> int:
    """At how many places a transpose stands beside a letter that is none."""
    return sum(a.flip != b.flip for a, b in pairwise(word))


def _parts(factor: w.Factor) -> int:
    """Of how many factors more than one the summands of each argument of a function are made."""
    if not isinstance(factor, w.Atom):
        return 0
    found = 0
    for terms in (arg.terms for arg in factor.args if isinstance(arg, w.Poly) and arg.terms):
        found += sum(max(1, len(m.factors) + bool(m.word)) for m, _ in terms) - 1
    return found


def _scalars(factors: tuple[w.Factor, ...]) -> Iterator[str]:
    for factor in factors:
        match factor:
            case w.Atom():
                yield factor.name
            case w.Inverse(_, of):
                yield ""
                for m, _ in of.terms:
                    yield from _scalars(m.factors)
                    yield from (letter.name for letter in m.word)

"""What definitions and implementations are both given: one attention layer, drawn at random.

Everything that any of them takes is drawn, and each takes what it needs. Numbers are doubles, and
exact: who computes an angle or a square root of them rounds by himself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Layout = Literal["interleaved", "half-split"]

LAYOUTS: tuple[Layout, ...] = ("interleaved", "half-split")

BASES = (1e4, 5e5, 1e6)
"""The bases of frequencies that people use: RoFormer's and Llama's, Llama 3's, and larger."""

LONGEST = 10**6
"""Positions are drawn up to this one; short ones accept false symmetries."""

SMALL = (
    {"h": 2, "g": 1, "n": 2, "d": 2, "e": 2, "m": 2, "l": 3},
    {"h": 1, "g": 1, "n": 1, "d": 2, "e": 1, "m": 3, "l": 1},
    {"h": 4, "g": 2, "n": 3, "d": 4, "e": 3, "m": 5, "l": 4},
)
LARGE = (
    {"h": 2, "g": 2, "n": 7, "d": 64, "e": 16, "m": 24, "l": 40},
    {"h": 1, "g": 1, "n": 5, "d": 128, "e": 32, "m": 16, "l": 30},
)
EPSILON = 1e-6
"""What RMSNorm adds to the mean of squares, in Llama's checkpoints among others."""

DRAWN = 10
"""How many shapes are drawn at random, between the small ones and the large."""


@dataclass(frozen=True)
class Instance:
    """A layer of h heads on n tokens of size m; keys have size d, values e."""

    layout: Layout
    frequencies: Floats
    """(h, d/2): those of RoPE, in radians a token; each head has its own."""
    positions: list[int]
    """The positions that occur, all different; `p` and `pos` are places in this list."""
    p: int
    pos: list[int]
    """(n,): where the tokens stand."""
    seen: Floats
    """(h, n): which tokens each head's mask lets through; at least one."""
    i: int
    """Which of the tokens asks, for definitions that compute what becomes of all of them."""
    x: Floats
    """(m,): the token that asks."""
    T: Floats
    """(n, m): the tokens that it attends to."""
    Wq: Floats
    """(h, d, m)"""
    Wk: Floats
    """(h, d, m)"""
    Wv: Floats
    """(h, e, m)"""
    Wo: Floats
    """(m, e·h)"""
    bq: Floats
    """(h, d): biases, or gains of norms of queries, for definitions that have them."""
    bk: Floats
    """(h, d)"""
    bv: Floats
    """(h, e)"""
    bo: Floats
    """(m,)"""
    groups: int
    """A divisor of h: where query heads share keys and values, those of this many heads."""
    q: Floats
    """(d,): for definitions of attention that are given a query, keys and values."""
    K: Floats
    """(n, d)"""
    V: Floats
    """(n, e)"""
    s: Floats
    """(n,): logits."""
    γ: Floats
    """(m,): the gain of a norm."""
    Wg: Floats
    """(l, m): the gate of an MLP."""
    Wu: Floats
    """(l, m)"""
    Wd: Floats
    """(m, l)"""
    Wqn: Floats
    """(h, l, m): for latent attention, whose parts without RoPE have size l, the others d."""
    Wkn: Floats
    """(h, l, m)"""
    Dq: Floats
    """(m, m): from a token to the latent vector of its query."""
    Dk: Floats
    """(m, m): of its keys and values."""

    @property
    def group(self) -> list[int]:
        """(h,): whose keys and values each query head looks at; as many for each, in order."""
        heads = len(self.Wq)
        return [k * self.groups // heads for k in range(heads)]

    @property
    def seen_by_all(self) -> Floats:
        """(h, n, n): the masks for each token that asks: those of a head, moved along."""
        import numpy as np

        tokens = range(len(self.pos))
        return np.stack([np.roll(self.seen, i, axis=-1) for i in tokens], axis=1)

    @property
    def sizes(self) -> dict[str, int]:
        """Every dimension; `k` is the number of pairs, `P` that of positions.

        Latent vectors have the sizes a and b; parts without and with RoPE are c and r.
        """
        h, d, m = self.Wq.shape
        n, e = self.V.shape
        found = {
            "h": h,
            "g": self.groups,
            "n": n,
            "d": d,
            "e": e,
            "m": m,
            "k": d // 2,
            "l": len(self.Wg),
            "c": len(self.Wg),
            "r": d,
            "a": m,
            "b": m,
        }
        return {**found, "P": len(self.positions)}


def draw(seed: list[int], *, one_head: bool, equal: bool) -> Iterator[Instance]:
    """Instances of varied shape, small ones first, in both layouts.

    `one_head` asks for h = 1, `equal` for e = d.
    """
    import numpy as np

    rng = np.random.default_rng(seed)
    middle = [
        {
            "h": (h := int(rng.integers(2, 5))),
            "g": int(rng.choice([g for g in range(1, h + 1) if h % g == 0])),
            "n": int(rng.integers(2, 10)),
            "d": 2 * int(rng.integers(1, 7)),
            "e": int(rng.integers(2, 10)),
            "m": int(rng.integers(2, 12)),
            "l": int(rng.integers(2, 12)),
        }
        for _ in range(DRAWN)
    ]
    for shape in (*SMALL, *middle, *LARGE):
        if one_head:
            shape = {**shape, "h": 1, "g": 1}
        if equal:
            shape = {**shape, "e": shape["d"]}
        for layout in LAYOUTS:
            yield _instance(rng, layout, **shape)


def _instance(
    rng: np.random.Generator,
    layout: Layout,
    *,
    h: int,
    g: int,
    n: int,
    d: int,
    e: int,
    m: int,
    l: int,
) -> Instance:
    import numpy as np

    bases = rng.choice(BASES, h)
    exponents = -2 * np.arange(d // 2) / d
    count = n + 2
    # Evenly over orders of magnitude: neighbours, a page away, and a book away.
    far = np.exp(rng.uniform(0, np.log(LONGEST), 4 * count)).astype(int)
    positions = rng.permutation(np.unique([0, LONGEST, *far]))[:count]
    seen = rng.random((h, n)) < rng.choice([0.6, 1.0])
    seen[np.arange(h), rng.integers(0, n, h)] = True

    def normal(*shape: int) -> Floats:
        return np.asarray(rng.standard_normal(shape))

    return Instance(
        layout=layout,
        frequencies=bases[:, None] ** exponents[None, :],
        positions=[int(p) for p in positions],
        p=int(rng.integers(len(positions))),
        pos=[int(i) for i in rng.integers(0, len(positions), n)],
        seen=seen,
        i=int(rng.integers(n)),
        x=normal(m),
        T=normal(n, m),
        Wq=normal(h, d, m) / np.sqrt(m),
        Wk=normal(h, d, m) / np.sqrt(m),
        Wv=normal(h, e, m) / np.sqrt(m),
        Wo=normal(m, e * h) / np.sqrt(e * h),
        bq=normal(h, d),
        bk=normal(h, d),
        bv=normal(h, e),
        bo=normal(m),
        groups=g,
        q=normal(d),
        K=normal(n, d),
        V=normal(n, e),
        s=3 * normal(n),
        γ=1 + normal(m) / 2,
        Wg=normal(l, m) / np.sqrt(m),
        Wu=normal(l, m) / np.sqrt(m),
        Wd=normal(m, l) / np.sqrt(l),
        Wqn=normal(h, l, m) / np.sqrt(m),
        Wkn=normal(h, l, m) / np.sqrt(m),
        Dq=normal(m, m) / np.sqrt(m),
        Dk=normal(m, m) / np.sqrt(m),
    )

"""How far a rotation commutes with RoPE: near-symmetries, and the distance at which they break.

Two pairs of nearly equal frequencies may be mixed and nobody notices in a short probe; the error
of a score grows with the distance of query and key. For R in place of the exact symmetry, a score
qᵀ Θ(s) k at distance s changes by

    qᵀ (Rᵀ Θ(s) R − Θ(s)) k,  at most  (‖R‖ δ(s) + ‖RᵀR − 1‖) |q| |k|,

with δ(s) = ‖Θ(s) R − R Θ(s)‖, spectral norms throughout. It is even in s, and subadditive, for
Θ(s + t) R − R Θ(s + t) = Θ(s) (Θ(t) R − R Θ(t)) + (Θ(s) R − R Θ(s)) Θ(t): hence δ(s) ≤ s κ with
κ = ‖G R − R G‖ for the generator G. Distances within (tolerance − δ(s)) / κ of s need no look.

Read as complex numbers, pair by pair, R is z ↦ L z + A z̄. Entry (j, k) of the commutator is
L_jk (e^(i s ωⱼ) − e^(i s ωₖ)) in its linear part and A_jk (e^(i s ωⱼ) − e^(−i s ωₖ)) in the other,
which sines of half the differences and sums give without cancellation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.implementations.layers import Layout

if TYPE_CHECKING:
    from harness.implementations.layers import Floats

_LOOKS = 20_000
"""Distances at which δ is computed before the search gives up."""


@dataclass(frozen=True)
class Horizon:
    """Up to which distance every score keeps within a tolerance."""

    within: int
    """Every distance up to this one does."""
    first: int | None
    """The first distance that does not, if it was found."""
    is_decided: bool
    """Whether `within` is the end of the range asked for, or `first` was found."""


class Commutation:
    """A (d, d) matrix beside RoPE with these d/2 frequencies, in radians a token.

    A frequency of 0 is a pair that RoPE leaves alone. Raises `ValueError` for other shapes, and
    for entries that are not finite.
    """

    def __init__(self, matrix: Floats, frequencies: Floats, layout: Layout) -> None:
        import numpy as np

        matrix, frequencies = np.asarray(matrix, float), np.asarray(frequencies, float)
        if matrix.ndim != 2 or matrix.shape != (2 * len(frequencies),) * 2 or not matrix.size:
            size = 2 * len(frequencies)
            raise ValueError(f"expected a matrix of {size} by {size}, found shape {matrix.shape}")
        if not (np.isfinite(matrix).all() and np.isfinite(frequencies).all()):
            raise ValueError("expected finite entries")
        k = len(frequencies)
        self.size = 2 * k
        pairs = (k, 2) if layout == "interleaved" else (2, k)
        order = (0, 2, 1, 3) if layout == "interleaved" else (1, 3, 0, 2)
        blocks = matrix.reshape(*pairs, *pairs).transpose(order)  # interleaved: (i, j, ·, ·)
        (a, b), (c, d) = np.moveaxis(blocks, (2, 3), (0, 1))
        self._linear = ((a + d) + 1j * (c - b)) / 2
        self._other = ((a - d) + 1j * (c + b)) / 2
        self._differences = frequencies[:, None] - frequencies[None, :]
        self._sums = frequencies[:, None] + frequencies[None, :]
        self.norm = float(np.linalg.norm(matrix, 2))
        self.orthogonality = float(np.linalg.norm(matrix.T @ matrix - np.eye(2 * k), 2))
        self.slope = _norm(self._differences * self._linear, self._sums * self._other)
        moved = (self._differences != 0) * self._linear, (self._sums != 0) * self._other
        self.most = 2 * _norm(*moved)
        """No distance has a larger δ: what commutes with every Θ(s) drops out of it."""

    def _commutator(self, distance: Any) -> tuple[Any, Any]:
        import numpy as np

        difference, total = distance * self._differences / 2, distance * self._sums / 2
        turn = 2j * np.sin(difference) * np.exp(1j * total)
        return turn * self._linear, 2j * np.sin(total) * np.exp(1j * difference) * self._other

    def defect(self, distance: float) -> float:
        """δ, the spectral norm of the commutator at a distance."""
        return _norm(*self._commutator(distance))

    def defects(self, distances: Sequence[int]) -> Floats:
        """δ at each of several distances."""
        import numpy as np

        return _norms(*self._commutator(np.asarray(distances, float)[:, None, None]))

    def worst(self, distance: float) -> float:
        """A bound on the error of a score, in units of |q| |k|."""
        return self.norm * self.defect(distance) + self.orthogonality

    def typical(self, distance: float) -> float:
        """The root mean square error of a score over that of the score, for random q and k."""
        import numpy as np

        linear, other = self._commutator(distance)
        return float(np.sqrt(2 * (abs(linear) ** 2 + abs(other) ** 2).sum() / self.size))

    def horizon(self, tolerance: float, until: int) -> Horizon:
        """How far `worst` is at most `tolerance`, looked for up to the distance `until`."""
        allowed = (tolerance - self.orthogonality) / max(self.norm, 1e-300)
        if allowed < 0:
            return Horizon(-1, 0, True)
        if self.most <= allowed or self.slope * until <= allowed:
            return Horizon(until, None, True)
        here, defect = 0, 0.0
        for _ in range(_LOOKS):
            there = min(here + max(1, int((allowed - defect) / self.slope)), until)
            defect = self.defect(there)
            if defect > allowed:
                return self._first(here, there, allowed)
            here = there
            if here == until:
                return Horizon(until, None, True)
        return Horizon(here, None, False)

    def _first(self, here: int, there: int, allowed: float) -> Horizon:
        """The first distance beyond `here`: `there`, or one before it where rounding matters."""
        while there - 1 > here and self.defect(there - 1) > allowed:
            there -= 1
        return Horizon(there - 1, there, True)


def _norm(linear: Any, other: Any) -> float:
    return float(_norms(linear[None], other[None])[0])


def _norms(linear: Any, other: Any) -> Floats:
    """The spectral norms of the real maps z ↦ L z + A z̄; rows and columns of zeros are left out."""
    import numpy as np

    plus, minus = linear + other, linear - other
    above = np.concatenate([plus.real, -minus.imag], axis=-1)
    real = np.concatenate([above, np.concatenate([plus.imag, minus.real], axis=-1)], axis=-2)
    used = (real != 0).any(axis=0)
    real = real[:, used.any(axis=1)][:, :, used.any(axis=0)]
    if not real.size:
        return np.zeros(len(real))
    norms: Floats = np.linalg.norm(real, 2, axis=(1, 2))
    return norms

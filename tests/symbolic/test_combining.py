"""What follows entry by entry, by linear algebra over what is not 0: and what only seems to."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.claims.given import with_units
from harness.claims.library import core_scalars
from harness.evidence import Outcome
from harness.instances.search import find_small
from harness.symbolic.leg import check
from harness.symbolic.prove import prove
from tests.arrays.language import LIBRARY
from tests.symbolic.claims import build

COMMUTES = "A @ diagonal(u) = diagonal(u) @ A"
APART = "∀ (i: index(d)) (j: index(d)), (if i = j then 1 else u[i] - u[j]) ≠ 0"
DIAGONAL = "A = diagonal([i ↦ A[i, i]])"


VARIABLES = """
d: dimension
P: type
A, B: matrix(d, d)
u, v: vector(d)
a, b: scalar
p: P
w: P -> vector(d)
"""


@pytest.mark.parametrize(
    ("then", "assume"),
    [
        (DIAGONAL, {"commutes": COMMUTES, "apart": APART}),
        ("A = B", {"twice": "A + A = B + B", "two": "1 + 1 ≠ 0"}),
        ("u = 0", {"one": "a * u + b * v = 0", "two": "b * u + a * v = 0", "det": "a*a ≠ b*b"}),
        ("w(p) = u", {"all": "∀ q, a * w(q) = a * u", "some": "a ≠ 0"}),
    ],
)
def test_what_is_a_combination_over_what_is_not_0_is_proved_with_a_certificate(
    then: str, assume: dict[str, str], tmp_path: Path
) -> None:
    claim = build(tmp_path, LIBRARY, VARIABLES, then, assume)
    found = {e.check: e for e in check(claim, LIBRARY)}
    for name in ("dimension-free", "certificate"):
        assert found[name].outcome is Outcome.CONFIRMED, found[name].summary
    assert prove(with_units(claim), LIBRARY.definitions).used == set(assume)


@pytest.mark.parametrize(
    ("then", "assume"),
    [
        (DIAGONAL, {"commutes": COMMUTES}),
        (DIAGONAL, {"commutes": COMMUTES, "apart": APART.replace("-", "+")}),
        (DIAGONAL, {"commutes": COMMUTES, "apart": APART.replace("then 1", "then 0")[:-3] + "= 0"}),
        ("A = diagonal([i ↦ A[i, i] + A[i, i]])", {"commutes": COMMUTES, "apart": APART}),
        ("u = 0", {"one": "a * u + b * v = 0", "two": "b * u + a * v = 0", "det": "a ≠ b"}),
    ],
)
def test_what_is_none_is_not_proved(then: str, assume: dict[str, str], tmp_path: Path) -> None:
    claim = build(tmp_path, LIBRARY, VARIABLES, then, assume)
    assert not prove(with_units(claim), LIBRARY.definitions).is_proved
    assert find_small(claim, LIBRARY, seconds=1.0) is not None


@pytest.mark.parametrize("more", [{}, {"three": "1 + 1 + 1 ≠ 0"}])
def test_not_every_field_halves(more: dict[str, str], tmp_path: Path) -> None:
    claim = build(tmp_path, LIBRARY, VARIABLES, "A = B", {"twice": "A + A = B + B", **more})
    assert not prove(with_units(claim), LIBRARY.definitions).is_proved


def test_in_a_ring_nothing_divides(tmp_path: Path) -> None:
    claim = build(tmp_path, LIBRARY, VARIABLES, DIAGONAL, {"commutes": COMMUTES, "apart": APART})
    assert prove(with_units(claim), LIBRARY.definitions).is_proved
    ring = replace(claim, scalars=core_scalars()["commutative ring"])
    assert not prove(with_units(ring), LIBRARY.definitions).is_proved

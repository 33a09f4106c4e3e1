"""Narrow formats are measured against their own noise, and decide nothing."""

from pathlib import Path

import numpy as np
import pytest

from harness.arrays import Data
from harness.arrays.backend import NUMPY, Backend, BackendMissing
from harness.evidence import Outcome
from harness.numeric.bounded import Float64Check
from harness.numeric.leg import check
from harness.numeric.precisions import NARROW, Precision, lacks, measure
from harness.numeric.replay import replay
from harness.numeric.tally import Spread
from tests.arrays.language import CLAIMS, LIBRARY, claim_of
from tests.numeric.wrong import BLOCK, WRONG

PRODUCT = (
    "for:\n  n: dimension\n  a: scalar\n  v, w: vector(n)\nthen: dot(v, w) * a = a * dot(w, v)\n"
)


def torch() -> Backend:
    try:
        return Backend("torch")
    except BackendMissing as error:
        pytest.skip(str(error))


def test_sides_are_computed_in_the_format(tmp_path: Path) -> None:
    """Against the same few operations by NumPy, rounded after each of them."""
    tester = Float64Check(claim_of(tmp_path, PRODUCT), LIBRARY, 5)
    drawn = tester.draw(0)
    found = measure(tester, drawn, "float32")
    a, v, w = (drawn.instance.array(name).astype(np.float32) for name in ("a", "v", "w"))
    right = a * (w * v).sum(axis=-1)
    assert right.dtype == np.float32
    assert (found.right == right).all()
    assert (found.fold == 0).all(), "multiplication commutes in every format"
    exact = np.float64(a) * (np.float64(v) * np.float64(w)).sum(axis=-1)
    noise = np.abs(right - exact) / np.where(exact == 0, 1.0, np.abs(exact))
    assert (found.noise >= np.maximum(noise * (1 - 1e-9), 2.0**-24)).all()


@pytest.mark.parametrize("dtype", NARROW)
def test_a_true_claim_differs_by_its_noise_and_a_false_one_by_more(
    dtype: str, tmp_path: Path
) -> None:
    backend = torch() if lacks(NUMPY, dtype) else NUMPY
    medians = []
    for claim in (CLAIMS[BLOCK], WRONG["values forgotten"](tmp_path)):
        tester = Float64Check(claim, LIBRARY, 2, backend=backend)
        precision = Precision()
        drawn = tester.draw(0)
        precision.add(measure(tester, drawn, dtype), drawn)
        medians.append(precision.ratio.quantile(0.5))
    assert medians[0] < 5
    assert medians[1] > 5 * medians[0]


def test_the_evidence_has_a_table_and_no_further_check() -> None:
    exact, double = check(CLAIMS[BLOCK], LIBRARY, effort=0.2)
    assert "precisions" not in exact.data
    rows = double.data["precisions"]
    assert isinstance(rows, list)
    assert [row["format"] for row in rows] == ["float32", "float16"]  # type: ignore[index, call-overload]
    assert double.data["precisions_not_measured"] == ["numpy has no bfloat16"]
    assert double.outcome is Outcome.CONFIRMED


def test_a_narrow_instance_is_replayed_to_the_bit() -> None:
    tester = Float64Check(CLAIMS[BLOCK], LIBRARY, 4)
    drawn = tester.draw(3)
    found = measure(tester, drawn, "float16")
    shown = replay(f"{BLOCK}:float16:4:3:17", CLAIMS[BLOCK], LIBRARY)
    assert shown.left == found.left[17].tolist()
    assert shown.right == found.right[17].tolist()
    assert shown.values["x"] == drawn.instance.array("x")[17].tolist()
    with pytest.raises(ValueError, match="numpy has no bfloat16"):
        replay(f"{BLOCK}:bfloat16:4:3:17", CLAIMS[BLOCK], LIBRARY)


def test_measuring_changes_no_decision() -> None:
    """Temperatures are set once, in double precision: the ratios are the same before and after."""
    claim = CLAIMS[BLOCK]
    once, twice = Float64Check(claim, LIBRARY, 1), Float64Check(claim, LIBRARY, 1)
    alone = once.compare(once.draw(2), claim.conclusion)
    drawn = twice.draw(2)
    measure(twice, drawn, "float32")
    after = twice.compare(drawn, claim.conclusion)
    assert (alone.left == after.left).all()
    assert (alone.ratio == after.ratio).all()
    assert isinstance(drawn.instance.values["x"], Data)


def test_spreads_add_up() -> None:
    rng = np.random.default_rng(0)
    values = np.exp(rng.normal(0, 5, 10_000))
    whole, parts = Spread(), Spread()
    whole.add(values)
    for part in np.array_split(values, 7):
        one = Spread()
        one.add(part)
        parts.merge(Spread.from_json(one.to_json()))
    assert parts == whole
    assert whole.largest == values.max()
    for q in (0.1, 0.5, 0.99):
        assert 1 <= whole.quantile(q) / np.quantile(values, q) <= 10**0.11
    odd = Spread()
    odd.add([0.0, np.inf, np.nan, 1.0])
    assert (odd.zeros, odd.endless, odd.count) == (1, 2, 4)

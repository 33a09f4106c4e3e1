"""A few of the moments of `python -m benchmarks.faults`, which kills what runs and looks around."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from benchmarks.faults import Moment, faults, moments

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc"),
]

MOMENTS = [
    Moment("run", "parent", signal.SIGKILL, 3.0),
    Moment("run", "parent", signal.SIGTERM, 4.0),
    Moment("run", "worker", signal.SIGKILL, 2.0),
    Moment("sweep", "parent", signal.SIGKILL, 4.0),
    Moment("sweep", "worker", signal.SIGKILL, 3.0),
]


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_nothing_is_lost_goes_on_or_is_left(moment: Moment, tmp_path: Path) -> None:
    assert not list(faults(moment, tmp_path, patience=30.0))


def test_the_moments_are_as_many_and_of_all_kinds() -> None:
    found = list(moments(100, seed=0, lean=True))
    assert len(found) == 100
    assert {m.kind for m in found} == {"run", "sweep", "lean"}
    assert {m.victim for m in found} == {"parent", "worker", "Lean"}
    assert {m.number for m in found} == {signal.SIGTERM, signal.SIGKILL, signal.SIGINT}
    assert found == list(moments(100, seed=0, lean=True))

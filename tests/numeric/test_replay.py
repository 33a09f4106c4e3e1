"""An identifier gives the same instance, bit for bit, in another process."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from harness.numeric.check import ReplayId
from harness.numeric.leg import check, replay
from harness.numeric.replay import arrays, described, find, recompute
from tests.arrays.language import CLAIMS, LIBRARY, PROJECT, ROOT
from tests.numeric.wrong import BLOCK, WRONG

IDENTIFIERS = [f"{BLOCK}:prime-field:3:4:17", f"{BLOCK}:float64:3:4:31"]


@pytest.mark.parametrize("identifier", IDENTIFIERS)
def test_bit_for_bit_in_another_process(identifier: str) -> None:
    here = described(find(PROJECT, identifier))
    script = (
        "import sys; from pathlib import Path; from harness.claims.project import load_project; "
        "from harness.numeric.replay import described, find; "
        "sys.stdout.write(described(find(load_project(Path(sys.argv[1])), sys.argv[2])))"
    )
    command = [sys.executable, "-c", script, str(ROOT), identifier]
    there = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert there.stdout == here
    assert "left  = " in here


def test_neighbours_differ() -> None:
    one = replay(f"{BLOCK}:float64:3:4:30", CLAIMS[BLOCK], LIBRARY)
    two = replay(f"{BLOCK}:float64:3:4:31", CLAIMS[BLOCK], LIBRARY)
    assert one.values["x"] != two.values["x"]


def test_a_refutation_is_replayed(tmp_path: Path) -> None:
    claim = WRONG["transpose lost on the output"](tmp_path)
    for found in check(claim, LIBRARY):
        identifier = found.replay.removeprefix("harness replay ")
        example = replay(identifier, claim, LIBRARY)
        assert example.left != example.right
        again = replay(identifier, claim, LIBRARY)
        assert again == example
        assert example == found.counterexample, "what is replayed is what is shown"


def test_identifiers_are_read_back() -> None:
    one = ReplayId("some.theorem", "prime field", 1, 2, 3)
    assert ReplayId.parse(str(one)) == one


@pytest.mark.parametrize(
    "identifier",
    [
        "",
        "nonsense",
        f"{BLOCK}:float64:1:2",
        f"{BLOCK}:float64:1:2:x",
        f"{BLOCK}:float64:1:2:-3",
        f"{BLOCK}:float64:1:2:9999",
        f"{BLOCK}:small:0:0:7",
        f"{BLOCK}:no-such-check:1:2:3",
        "no_such_theorem:float64:1:2:3",
    ],
)
def test_what_is_no_identifier_is_refused(identifier: str) -> None:
    with pytest.raises(ValueError, match=r"expected|not a claim|lanes"):
        find(PROJECT, identifier)


def test_a_true_instance_agrees_and_one_that_is_no_counterexample_is_refused() -> None:
    assert find(PROJECT, IDENTIFIERS[0]).differs is False
    with pytest.raises(ValueError, match="no counterexample at this place"):
        find(PROJECT, f"{BLOCK}:small:0:0:7/n=1,d=2,m=1,P=1")


def test_the_numbers_come_as_arrays(tmp_path: Path) -> None:
    claim = WRONG["transpose lost on the output"](tmp_path)
    identifier = next(iter(check(claim, LIBRARY))).replay.removeprefix("harness replay ")
    found = arrays(recompute(identifier, claim, LIBRARY))
    assert "weights" not in found
    assert found["R"].T @ found["R"] == pytest.approx(np.eye(len(found["R"])))
    assert (found["left"] != found["right"]).any()

"""Identifiers say all that an instance depends on, and are read back as they were written."""

import subprocess
import sys

import pytest

from harness.numeric.bounded import Float64Check
from harness.numeric.exact import PrimeFieldCheck
from harness.numeric.identifier import ReplayId
from harness.numeric.replay import replay
from tests.arrays.language import CLAIMS, LIBRARY, ROOT
from tests.numeric.wrong import BLOCK

SIZES = {"n": 3, "d": 4, "m": 5, "P": 4}

EACH = [
    (ReplayId("t", "prime field", 1, 2, 3), "t:prime-field:1:2:3"),
    (ReplayId("a.t'", "float64", 0, 0, 0, {"n": 8, "d'": 2}), "a.t':float64:0:0:0/n=8,d'=2"),
    (
        ReplayId("t", "float32", 1, 2, 3, None, 8, "torch", "cuda:0"),
        "t:float32:1:2:3/drawn/lanes=8/backend=torch/device=cuda:0",
    ),
    (
        ReplayId("t", "float64", 1, 2, 3, {"lanes": 2}, 4),
        "t:float64:1:2:3/lanes=2/lanes=4",
    ),
]


@pytest.mark.parametrize(("identifier", "text"), EACH)
def test_written_and_read(identifier: ReplayId, text: str) -> None:
    assert str(identifier) == text
    assert ReplayId.parse(text) == identifier


@pytest.mark.parametrize(
    "text",
    [
        "",
        "t:float64:1:2",
        "t:float64:1:2:x",
        "t:float64:-1:2:3",
        "t:float64:1:2:3/n",
        "t:float64:1:2:3/n=x",
        "t:float64:1:2:3/n=1,n=2",
        "t:float64:1:2:3/drawn/lanes=0",
        "t:float64:1:2:3/drawn/lanes=x",
        "t:float64:1:2:3/drawn/speed=9",
        "t:float64:1:2:3/drawn/backend=",
    ],
)
def test_what_cannot_be_read(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        ReplayId.parse(text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("float64:0:0:32", "32 lanes"),
        ("float65:0:0:0", "expected one of"),
        ("float64:0:0:0/n=3", "expected sizes for n, d, m, P"),
        ("float64:0:0:0/drawn/backend=torch/device=meta", "torch"),
        ("float64:0:0:0/drawn/backend=numpy/device=cuda", "cpu alone"),
    ],
)
def test_what_names_no_instance(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        replay(f"{BLOCK}:{text}", CLAIMS[BLOCK], LIBRARY)


@pytest.mark.parametrize("kind", [PrimeFieldCheck, Float64Check])
def test_another_process_computes_the_same_bits(kind: type[Float64Check]) -> None:
    claim = CLAIMS[BLOCK]
    tester = kind(claim, LIBRARY, 6, 4, sizes=SIZES)
    drawn = tester.draw(5)
    found = tester.compare(drawn, claim.conclusion)
    name = str(tester.identifier(5, 2))
    assert name.endswith(":6:5:2/n=3,d=4,m=5,P=4/lanes=4")
    done = subprocess.run(
        [sys.executable, "-m", "harness", "-C", str(ROOT), "replay", name],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = dict(line.split(" = ") for line in done.stdout.splitlines() if line.count(" = ") == 1)
    numbers = [float(part) for part in lines["left "].strip("[]").split(", ")]
    assert numbers == found.left[2].tolist()
    token = [float(part) for part in lines["x"].strip("[]").split(", ")]
    assert token == drawn.instance.array("x")[2].tolist()

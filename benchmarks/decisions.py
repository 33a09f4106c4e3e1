"""How surely the numeric leg tells right from wrong. Run: python -m benchmarks.decisions

The figures in docs/benchmarks.md are of --instances 100000 --runs 1000 --trials 10000.

- no false alarm: true instances in doubles, and the largest part of its bound that a difference
  takes (`--instances`);
- wrong claims: each, in every regime of inputs, must fail within ten instances, in every run
  (`--runs`); and modulo a prime in one instance of the first style
  (`--trials`, in groups of eight that have sizes and family in common);
- separation: the smallest ratio of difference to bound among wrong claims, the largest of ten
  instances counting, over the largest among true instances.

The wrong claims are those of `tests/numeric/wrong.py`: edits of true claims, and beliefs. A belief
holds for some families, or near 1, so that it has a batch of each regime to fail in, and not ten
instances; and its first instance need not be one.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.memory import keep_memory
from harness.claims.model import Claim
from harness.numeric.bounded import Float64Check
from harness.numeric.exact import PrimeFieldCheck
from harness.numeric.reals import Regime
from harness.numeric.threads import one_thread
from tests.arrays.language import CLAIMS, LIBRARY
from tests.numeric.wrong import BELIEFS, BLOCK, MULTI, WRONG

TRUE = (BLOCK, MULTI, "ropeScores_invariant_of_commutes")
LANES = 64
STYLES, EACH = 8, 8
"""Lanes take turns with so many styles of families; so many of the first are trials at once."""


@dataclass(frozen=True)
class Alarms:
    """What true instances gave."""

    instances: int
    decided: int
    alarms: int
    largest: float


@dataclass(frozen=True)
class Failures:
    """What one wrong claim gave."""

    name: str
    runs: int
    failed: int
    """Runs in which the float check found it wrong."""
    smallest: float
    """The smallest ratio of difference to bound over runs, the largest within each."""
    trials: int
    first: int
    """Trials in which the prime-field check found it wrong in the first instance."""


def true_instances(theorem: str, count: int) -> Alarms:
    """Batches of a true claim, through all regimes and kinds of weights."""
    keep_memory()
    instances = decided = alarms = 0
    largest = 0.0
    with one_thread():
        tester = Float64Check(CLAIMS[theorem], LIBRARY, seed=11, lanes=LANES)
        for number in range(-(-count // LANES)):
            drawn = tester.draw(number)
            found = tester.compare(drawn, CLAIMS[theorem].conclusion)
            instances += int(drawn.fair.sum())
            decided += int(found.decided.sum())
            alarms += int(found.wrong.sum())
            largest = max(largest, float(found.ratio[drawn.fair].max(initial=0.0)))
    return Alarms(instances, decided, alarms, largest)


def wrong_claim(name: str, runs: int, trials: int) -> Failures:
    """One wrong claim, from many seeds; the regimes take turns."""
    keep_memory()
    with TemporaryDirectory() as folder, one_thread():
        claim = WRONG[name](Path(folder))
        failed, smallest = 0, float("inf")
        for seed in range(runs):
            ratio = _largest_ratio(claim, seed, is_belief=name in BELIEFS)
            failed += ratio > 1
            smallest = min(smallest, ratio)
        first = tried = 0
        for seed in range(-(-trials // EACH)):
            exact = PrimeFieldCheck(claim, LIBRARY, seed, lanes=EACH * STYLES)
            wrong = exact.compare(exact.draw(0), claim.conclusion).wrong[::STYLES]
            first, tried = first + int(wrong.sum()), tried + len(wrong)
    return Failures(name, runs, failed, smallest, tried, first)


def _largest_ratio(claim: Claim, seed: int, *, is_belief: bool) -> float:
    tester = Float64Check(claim, LIBRARY, seed, lanes=32 if is_belief else 10)
    numbers = range(len(Regime)) if is_belief else [seed % len(Regime)]
    largest = 0.0
    for number in numbers:
        drawn = tester.draw(number)
        found = tester.compare(drawn, claim.conclusion)
        largest = max(largest, float(np.where(drawn.fair, found.ratio, 0.0).max()))
    return largest


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--instances", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--trials", type=int, default=1_000)
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    with ProcessPoolExecutor(asked.processes, get_context("spawn")) as pool:
        each = -(-asked.instances // len(TRUE))
        true = [pool.submit(true_instances, theorem, each) for theorem in TRUE]
        wrong = [pool.submit(wrong_claim, name, asked.runs, asked.trials) for name in WRONG]
        largest = 0.0
        for theorem, future in zip(TRUE, true, strict=True):
            right = future.result()
            largest = max(largest, right.largest)
            print(f"{theorem}: {right.alarms} alarms in {right.instances:,} true instances,")
            print(
                f"  {right.decided:,} decided; at most {right.largest:.2g} of the bound", flush=True
            )
        smallest = float("inf")
        for future_ in wrong:
            found = future_.result()
            print(
                f"{found.name}: fails in {found.failed} of {found.runs} runs, with at least "
                f"{found.smallest:.2g} of the bound; exactly in {found.first} of {found.trials}",
                flush=True,
            )
            if found.name not in BELIEFS:
                smallest = min(smallest, found.smallest)
        print(f"separation: {smallest:.2g} over {largest:.2g}, {smallest / largest:.2g}")


if __name__ == "__main__":
    main()

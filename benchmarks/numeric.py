"""What the numeric engine costs, as ratios of one run. Run: python -m benchmarks.numeric

- the leg: seconds of CPU for every claim of the project, and for all;
- batching: both sides of the single-head block at (d_model 64, d_head 16, 8 tokens), evaluated
  for 64 instances at once on each core, as a sweep does batch after batch, against a Python loop
  over instances with NumPy inside; the same written for 64 at once by hand, as what there is to
  reach; and what it costs to draw the instances;
- exact: both sides of the block with 4 heads of 16 at d_model 64 and 16 tokens, modulo a prime, for
  16 at once, against FLINT's `nmod_mat` (where python-flint is installed), whose matrices are made
  beforehand.

Rates of one core are instances per second of CPU, so that other work on the machine does not
count; two cores are two processes at the same time, and their rate is of the clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.loops import batched_block, flint_multihead, numpy_block
from benchmarks.memory import keep_memory
from harness.arrays import Evaluator, Evaluators
from harness.arrays.floats import Float64
from harness.claims.hypotheses import assign
from harness.claims.model import Claim, Library
from harness.claims.project import load_project
from harness.numeric.exact import random_functions
from harness.numeric.families import Style
from harness.numeric.functions import open_functions
from harness.numeric.instance import Instance
from harness.numeric.leg import check
from harness.numeric.modular import PRIMES, PrimeField
from harness.numeric.reals import RealField
from harness.numeric.sampling import Sampler
from harness.numeric.threads import one_thread

ROOT = Path(__file__).parents[1]
STYLE = Style("rotated pairs", "adjacent pairs")
BLOCK = "folded_qkvo_attention_block_invariant_of_commutes"
HEADS = "concatProjectedMultiHeadRopeAttentionBlockOutput_invariant_of_commutes"
SMALL = {"n": 8, "d": 16, "m": 64, "P": 9}
EXACT = {"n": 16, "d": 16, "m": 64, "h": 4, "P": 17}

Draw = Callable[[], Instance]

Work = Callable[[], int]
"""Does some work, and says on how many instances."""


def load() -> tuple[dict[str, Claim], Library]:
    project = load_project(ROOT)
    return {claim.theorem: claim for claim in project.claims}, project.library


def legs(claims: dict[str, Claim], library: Library) -> None:
    total = 0.0
    for theorem, claim in claims.items():
        start = time.process_time()
        outcomes = [str(e.outcome) for e in check(claim, library)]
        spent = time.process_time() - start
        total += spent
        print(f"  {spent:6.2f} s  {theorem}: {', '.join(outcomes)}")
    print(f"  {total:6.2f} s  of CPU for {len(claims)} claims")


# -- what is measured -------------------------------------------------------------------------


def drawing(theorem: str, sizes: dict[str, int], lanes: int, *, exact: bool = False) -> Draw:
    """Draws instances, each time others."""
    claims, library = load()
    claim = claims[theorem]
    field: PrimeField | RealField = PrimeField(PRIMES[0]) if exact else RealField()
    functions = (
        random_functions(field) if isinstance(field, PrimeField) else open_functions("softmax")
    )
    sampler = Sampler(claim, Evaluators(library), assign(claim, library), field, functions)
    rng = np.random.Generator(np.random.SFC64(0))
    return lambda: sampler.draw(rng, sizes, lanes, [STYLE])


def evaluating(theorem: str, draw: Draw, batches: int, arithmetic: Any) -> Work:
    """Evaluates both sides for the instances of a few batches, in turn."""
    claims, library = load()
    some = [draw() for _ in range(batches)]
    walk = Evaluator(library, arithmetic, some[0].sizes)
    turn = cycle(some)

    def work() -> int:
        instance = next(turn)
        walk.equation(claims[theorem].conclusion, instance.values)
        return instance.lanes

    return work


def works(name: str) -> Work:
    """The work of this name, made ready."""
    match name:
        case "draw":
            draw = drawing(BLOCK, SMALL, 512)
            return lambda: draw().lanes
        case "loop":
            draw = drawing(BLOCK, SMALL, 128)
            some = cycle([draw() for _ in range(4)])
            return lambda: numpy_block(next(some))
        case "by hand":
            draw = drawing(BLOCK, SMALL, 64)
            some = cycle([draw() for _ in range(4)])
            return lambda: batched_block(next(some))
        case "floats":
            return evaluating(BLOCK, drawing(BLOCK, SMALL, 64), 4, Float64())
        case "flint":
            return partial(flint_multihead, drawing(HEADS, EXACT, 8, exact=True)(), PRIMES[0])
        case "flint, a word":
            draw = drawing(HEADS, EXACT, 8, exact=True)
            return partial(flint_multihead, draw(), 2**61 - 1, holds=False)
        case _:
            draw = drawing(HEADS, EXACT, 16, exact=True)
            return evaluating(HEADS, draw, 2, PrimeField(PRIMES[0]))


def rate(name: str, seconds: float = 3.0) -> tuple[float, float]:
    """Instances per second of CPU (the median of many calls), and per second of the clock."""
    keep_memory()
    with one_thread():
        work = works(name)
        work()
        found, done = [], 0
        start = now = time.perf_counter()
        while now - start < seconds:
            before = time.process_time()
            count = work()
            found.append(count / max(time.process_time() - before, 1e-9))
            done += count
            now = time.perf_counter()
    return median(found), done / (now - start)


def rates(name: str, processes: int) -> tuple[float, float]:
    """Of one core, by CPU, and of all processes at once, by the clock."""
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        found = list(pool.map(rate, [name] * processes))
    return median(cpu for cpu, _ in found), sum(clock for _, clock in found)


def report(
    title: str, name: str, processes: int, against: tuple[float, float] | None
) -> tuple[float, float]:
    cpu, clock = rates(name, processes)
    text = f"  {cpu:9,.0f}/s of CPU, {clock:9,.0f}/s on {processes} core(s)  {title}"
    if against is not None:
        text += f"; ratio {cpu / against[0]:.1f} a core, {clock / against[1]:.1f} in all"
    print(text, flush=True)
    return cpu, clock


def main() -> None:
    claims, library = load()
    print("the leg")
    with one_thread():
        legs(claims, library)
    print("single head, d_model 64, d_head 16, 8 tokens")
    loop = report("a loop with NumPy", "loop", 1, None)
    together = report("at once", "floats", 2, loop)
    report("at once, by hand", "by hand", 2, loop)
    drawn = report("drawn", "draw", 2, None)
    share = (1 / drawn[0]) / (1 / drawn[0] + 1 / together[0])
    print(f"  drawing is {share:.0%} of drawing and evaluating")
    print("4 heads of 16, d_model 64, 16 tokens, modulo a prime")
    try:
        import flint  # noqa: F401
    except ImportError:
        print("  python-flint is not installed: nothing to compare with")
        report("at once", "exact", 2, None)
    else:
        word = report("FLINT, modulo 2⁶¹ − 1", "flint, a word", 1, None)
        same = report("FLINT, modulo the same prime", "flint", 1, None)
        report("at once, against the former", "exact", 2, word)
        report("at once, against the latter", "exact", 2, same)


if __name__ == "__main__":
    main()

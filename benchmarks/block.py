"""One attention block as large as those that people run. Run: python -m benchmarks.block

A claim of the project, by default at Llama-3-8B's size (d_model 4096, 32 heads of 128, 64 tokens;
one key and value head for each query head, since that is what the claim says): R is folded into
the weights, and the block runs for all 64 tokens before and after folding, in doubles, through the
same walk that small instances take. Prints seconds, the largest difference, memory, and the rate
of both forwards as a part of the machine's matrix products, measured in the same run.
"""

from __future__ import annotations

import argparse
import os
import resource
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np

from harness.arrays import Data, Evaluator, Evaluators, Places, Value
from harness.arrays.floats import Float64, Floats
from harness.claims.hypotheses import assign
from harness.claims.model import Claim, Library
from harness.claims.project import load_project
from harness.language.terms import Call
from harness.language.types import Sort
from harness.numeric.bounded import Float64Check, measured
from harness.numeric.check import Drawn
from harness.numeric.families import Style
from harness.numeric.functions import open_functions
from harness.numeric.instance import Instance
from harness.numeric.reals import RealField
from harness.numeric.sampling import Sampler
from harness.numeric.threads import one_thread, threads

ROOT = Path(__file__).parents[1]
CLAIM = "concatProjectedMultiHeadRopeAttentionBlockOutput_invariant_of_commutes"
T = TypeVar("T")


def timed(work: Callable[[], T], clock: Callable[[], float], repeats: int) -> tuple[float, T]:
    """The shortest of some runs after the first, and what it gives.

    On one thread, time is of the processor; on several, of the clock.
    """
    best, found = float("inf"), work()
    for _ in range(repeats):
        start = clock()
        found = work()
        best = min(best, clock() - start)
    return best, found


def products(clock: Callable[[], float], size: int = 2048) -> float:
    """Operations per second of NumPy's matrix product."""
    a = np.random.default_rng(0).random((size, size))
    seconds, _ = timed(lambda: a @ a, clock, 5)
    return 2 * size**3 / seconds


def peak() -> float:
    """The most memory that was in use, in gigabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (("model", 4096), ("heads", 32), ("head", 128), ("tokens", 64)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    shape = parser.parse_args()
    project = load_project(ROOT)
    claim = next(c for c in project.claims if c.theorem == CLAIM)
    n = shape.tokens
    sizes = {"n": n, "d": shape.head, "m": shape.model, "h": shape.heads, "P": n}
    assert {p.name for p in claim.parameters if isinstance(p.sort, Sort)} == set(sizes)

    start = time.process_time()
    sampler = Sampler(
        claim,
        Evaluators(project.library),
        assign(claim, project.library),
        RealField(),
        open_functions("softmax"),
    )
    rng = np.random.Generator(np.random.SFC64(0))
    with one_thread():
        instance = sampler.draw(rng, sizes, 1, [Style("rotated pairs", "half-split pairs")])
    print(f"drawn in {time.process_time() - start:.1f} s of CPU; {peak():.1f} GB")

    with threads(shape.threads):
        decide(claim, project.library, instance)
        compare(claim, project.library, instance, shape)


def decide(claim: Claim, library: Library, instance: Instance) -> None:
    """The float check on this one instance, as for small ones."""
    start = time.process_time()
    tester = Float64Check(claim, library, seed=0, lanes=1)
    field = RealField()
    fair, errors = measured(tester.plans, field, instance)
    drawn = Drawn(0, "", field, instance, fair, errors, instance.values, instance.functions)
    found = tester.compare(drawn, claim.conclusion)
    print(
        f"hypotheses met: {bool(fair.all())}; decided: {bool(found.decided.all())}; difference "
        f"{found.ratio.max():.2g} of its bound; {time.process_time() - start:.1f} s of CPU"
    )


def compare(claim: Claim, library: Library, instance: Instance, shape: argparse.Namespace) -> None:
    """Fold, run the block before and after, and print what it took."""
    sizes, n = instance.sizes, shape.tokens
    clock = time.process_time if shape.threads == 1 else time.perf_counter
    # Every token is a query in a lane of its own; weights and context are the same for all.
    values: dict[str, Value[Floats]] = dict(instance.values)
    values["x"] = Data(instance.array("T")[0])
    values["pos"] = Places(np.arange(n)[None])
    values["p"] = Places(np.arange(n))
    walk = Evaluator(library, Float64(), sizes)
    left, right = claim.conclusion.left, claim.conclusion.right
    assert isinstance(left, Call)
    assert isinstance(right, Call)
    names = [p.name for p in library.definitions[right.definition].parameters if p.is_explicit]

    def fold() -> dict[str, Value[Floats]]:
        """The arguments of the folded side, as arrays."""
        return {
            name: walk.term(argument, values)
            for name, argument in zip(names, left.arguments, strict=True)
        }

    folding, folded = timed(fold, clock, 2)
    called = {name: a.name for name, a in zip(names, right.arguments, strict=True)}  # type: ignore[union-attr]
    after_values = {called[name]: value for name, value in folded.items()}
    forward = partial(walk.family, (), right)
    before_seconds, before = timed(lambda: forward(values), clock, 5)
    after_seconds, after = timed(lambda: forward(after_values), clock, 5)
    # Projections of queries, keys and values, the output projection; R on queries and keys.
    d, m, h = shape.head, shape.model, shape.heads
    operations = 2 * n * (4 * m * d * h + 2 * h * d * d + 2 * h * n * d)
    rate = products(clock)
    share = 2 * operations / (before_seconds + after_seconds) / rate
    changed = np.abs(folded["Wq"].array - instance.array("Wq")).max()  # type: ignore[union-attr]
    difference = np.abs(before - after).max() / np.abs(before).max()
    print(f"folded in {folding:.2f} s; weights changed by up to {changed:.2g}")
    print(f"before {before_seconds:.3f} s, after {after_seconds:.3f} s for {n} tokens")
    print(f"largest difference {difference:.2g} of the output")
    print(f"{share:.0%} of {rate / 1e9:.0f} billion operations a second; {peak():.1f} GB at most")


if __name__ == "__main__":
    main()

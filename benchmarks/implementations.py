"""Definitions beside implementations, and horizons. Run: python -m benchmarks.implementations

- definitions: CPU time of the leg's instances, and how far true definitions stay below the bound
  and wrong ones stand above it, over many seeds;
- horizon: two neighbouring pairs of Llama 3's RoPE (d = 128, base 5·10⁵) mixed by 45°, their error
  at 8 and at 32,768 tokens, and the time of a horizon against a look at every distance.
"""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from harness.claims.model import Definition, Library
from harness.claims.project import load_project
from harness.implementations import papers
from harness.implementations.bindings import shape
from harness.implementations.compare import evaluated
from harness.implementations.horizon import Commutation
from harness.implementations.layers import Instance, draw
from tests.implementations.mutants import WRONG, library
from tests.implementations.test_horizon import LLAMA3, mixed

ROOT = Path(__file__).parents[1]
SEEDS = 20


def ratios(definition: Definition, library: Library, seed: int) -> Iterator[float]:
    """For each instance, the largest difference from the papers over twice the bound."""
    wanted = shape(definition.name)
    for instance in draw([seed], one_head=wanted.one_head, equal=wanted.equal):
        found = evaluated(definition, library, instance)
        expected = np.asarray(papers.IMPLEMENTS[definition.name](instance))
        difference, bound = np.abs(found.value - expected), 2 * found.error
        with np.errstate(divide="ignore", invalid="ignore"):
            yield float(np.where(difference == 0, 0.0, difference / bound).max())


def definitions() -> None:
    project = load_project(ROOT)
    name = "residualConcatProjectedMultiHeadRopeAttentionBlockOutput"
    drawn = list(draw([0], one_head=False, equal=True))
    calls: dict[str, Callable[[Instance], object]] = {"papers": papers.IMPLEMENTS[name]}
    block = project.library.definitions[name]
    calls["definition, with its bound"] = lambda i: evaluated(block, project.library, i)
    for who, call in calls.items():
        call(drawn[0])
        start = time.process_time()
        for instance in drawn:
            call(instance)
        spent = 1000 * (time.process_time() - start)
        print(f"{len(drawn)} multi-head blocks, {who}: {spent:.0f} ms")
    true = [
        ratio
        for definition in project.library.definitions.values()
        for seed in range(SEEDS)
        for ratio in ratios(definition, project.library, seed)
    ]
    print(f"{len(true)} true instances: largest difference {max(true):.2g} of its bound")
    with tempfile.TemporaryDirectory() as folder:
        wrong = []
        for changed, what, text in WRONG:
            other = library(Path(folder), **{changed: text})
            found = min(max(ratios(other.definitions[changed], other, s)) for s in range(3))
            wrong.append((found, f"{changed}, {what}"))
    least, which = min(wrong)
    print(f"{len(wrong)} wrong definitions: at least {least:.2g} times the bound ({which})")
    print(f"separation {least / max(true):.2g}")


def horizon() -> None:
    for i in (0, 20, 40, 62):
        found = Commutation(mixed(i, i + 1, math.pi / 4, "half-split"), LLAMA3, "half-split")
        errors = [found.typical(tokens - 1) for tokens in (8, 32768)]
        start = time.process_time()
        end = found.horizon(1e-3, 131072)
        spent = time.process_time() - start
        start = time.process_time()
        for distance in range(200):
            found.defect(distance)
        every = (time.process_time() - start) / 200 * (end.first or 131072)
        print(
            f"pairs {i} and {i + 1}: typical error {errors[0]:.2g} at 8 tokens, {errors[1]:.2g} "
            f"at 32768; within 1e-3 up to {end.within}, found in {1000 * spent:.1f} ms, "
            f"{every / max(spent, 1e-6):.0f} times faster than distance by distance"
        )


if __name__ == "__main__":
    definitions()
    horizon()

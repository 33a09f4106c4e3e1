"""What the tests of sweeps share: small plans, projects with a false claim, work that fails."""

import os
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness.claims.library import DEFINITIONS_FILE
from harness.claims.project import Project, load_project
from harness.sweep.chunks import Chunk
from harness.sweep.plan import SweepPlan, load_plan
from tests.arrays.language import ROOT

SCORES = "scores_invariant_of_orthogonal"

FALSE = """
theorem: scores_keep_any_matrix
says: Scores do not change under any matrix, which is false.
for:
  n, d: dimension
  R: matrix(d, d)
  q: vector(d)
  K: index(n) -> vector(d)
then: scores(R @ q, j ↦ R @ K(j)) = scores(q, K)
"""

UNKNOWN = """
theorem: odd_hypothesis
says: No sampler can meet this hypothesis.
for:
  d: dimension
  A, B: matrix(d, d)
assume:
  odd: A @ B - B @ A = 1
then: A = A
"""

PLAN = """
says: A small sweep.
claims: [scores_invariant_of_orthogonal]
shapes:
  small: drawn
  fixed: {n: 3, d: 4, e: 5}
seeds: [0, 7]
dtypes: [prime field, float64, float32]
instances: 20
lanes: 8
"""


def project(folder: Path, *claims: str) -> Project:
    """A project of the real definitions, the claim about scores, and these."""
    specs = folder / "specs"
    specs.mkdir(parents=True, exist_ok=True)
    for name in (DEFINITIONS_FILE, f"{SCORES}.yaml"):
        (specs / name).write_text((ROOT / "specs" / name).read_text("utf-8"), "utf-8")
    for number, text in enumerate(claims):
        (specs / f"claim{number}.yaml").write_text(text, "utf-8")
    return load_project(folder)


def plan(folder: Path, text: str = PLAN, *claims: str) -> SweepPlan:
    path = folder / "plan.yaml"
    path.write_text(text, "utf-8")
    return load_plan(path, "plan.yaml", project(folder, *claims))


class Serial(Executor):
    """Works where it is asked, and remembers what; breaks when it is told to."""

    def __init__(self, breaks_at: int | None = None) -> None:
        self.asked: list[Any] = []
        self.breaks_at = breaks_at

    def submit(self, work: Any, /, *arguments: Any, **more: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if self.breaks_at is not None and len(self.asked) >= self.breaks_at:
            future.set_exception(BrokenProcessPool())
            return future
        self.asked.append(arguments)
        future.set_result(work(*arguments, **more))
        return future


@contextmanager
def serial() -> Iterator[Executor]:
    yield Serial()


def kill_on_seven(chunk: Chunk) -> dict[str, Any]:
    """Work that ends its process when it meets seed 7."""
    if chunk.cell.seed == 7:
        os._exit(1)
    return {"seed": chunk.cell.seed, "first": chunk.first}

"""What a sweep costs. Run: python -m benchmarks.sweep [INSTANCES]

- executors: the same small sweep on the processes of engines, and on loky (where it is
  installed);
- narrow formats: the fold of the single-head block at (d_model 64, d_head 16, 16 tokens) over each
  format's own noise, on PyTorch where it is installed;
- memory: a sweep of INSTANCES (a million by default) small instances; instances a second, and the
  memory of the process that writes the file, after a tenth of them and at the end.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

from harness.arrays.backend import Backend, BackendMissing
from harness.claims.project import load_project
from harness.numeric.bounded import Float64Check
from harness.numeric.identifier import LANES
from harness.numeric.precisions import NARROW, Precision, lacks, measure
from harness.sweep.executors import processes
from harness.sweep.plan import SweepPlan
from harness.sweep.run import Sweep
from harness.threads import ONE_THREAD

ROOT = Path(__file__).parents[1]
WORKERS = os.cpu_count() or 1
CLAIM = "scores_invariant_of_orthogonal"
BLOCK = "folded_qkvo_attention_block_invariant_of_commutes"


def plan(instances: int, lanes: int = LANES) -> SweepPlan:
    project = load_project(ROOT)
    claims = tuple(claim for claim in project.claims if claim.theorem == CLAIM)
    sizes = {"n": 4, "d": 4, "e": 4}
    shapes, dtypes = {"small": sizes}, ("float64",)
    return SweepPlan("", project.library, claims, shapes, (0,), dtypes, instances, lanes)


def resident(who: str = "self") -> float:
    """MiB that a process holds now."""
    pages = int(Path(f"/proc/{who}/statm").read_text("utf-8").split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 2**20


@contextmanager
def loky(count: int) -> Iterator[Executor]:
    from loky import ProcessPoolExecutor

    with ProcessPoolExecutor(count, env=ONE_THREAD) as executor:
        yield executor


def seconds(start: Callable[[], AbstractContextManager[Executor]], instances: int) -> float:
    """From nothing to a closed file."""
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        with Sweep(plan(instances), Path(folder) / "out.ndjson") as work:
            for _ in work.run(start, 4 * WORKERS):
                pass
        assert work.summary.exit_code() == 0
    return time.perf_counter() - begin


def compare(instances: int) -> None:
    ways: dict[str, Callable[[int], AbstractContextManager[Executor]]] = {
        "engines": processes,
    }
    try:
        import loky as installed
    except ImportError:
        print("  loky is not installed")
    else:
        ways[f"loky {installed.__version__}"] = loky
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(3):
        for name, way in ways.items():
            found[name].append(seconds(partial(way, WORKERS), instances))
    first = sorted(found["engines"])[1]
    for name, times in found.items():
        median = sorted(times)[1]
        print(f"  {median:7.2f} s  {name}; ratio {median / first:.2f}")


def memory(instances: int, lanes: int) -> None:
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out.ndjson"
        with Sweep(plan(instances, lanes), path) as work:
            early = 0.0
            for done in work.run(partial(processes, WORKERS), 4 * WORKERS):
                if not early and done >= instances / 10:
                    early = resident()
            late = resident()
        size = path.stat().st_size
    spent = time.perf_counter() - begin
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"  {work.summary.instances:,} instances, exit code {int(work.summary.exit_code())}")
    print(f"  {spent:.0f} s; {instances / spent:,.0f} instances/s on {WORKERS} cores")
    print(f"  {early:.0f} MiB after a tenth, {late:.0f} MiB at the end; ratio {late / early:.2f}")
    print(f"  peak {own:.0f} MiB, of a worker {child:.0f} MiB; the file {size / 2**20:.1f} MiB")


def narrow(batches: int = 6) -> None:
    project = load_project(ROOT)
    claim = next(claim for claim in project.claims if claim.theorem == BLOCK)
    try:
        backend = Backend("torch")
    except BackendMissing:
        backend = Backend()
    sizes = {"n": 16, "d": 16, "m": 64, "P": 17}
    tester = Float64Check(claim, project.library, 0, backend=backend, sizes=sizes)
    drawn = [tester.draw(number) for number in range(batches)]
    for dtype in NARROW:
        if lacks(backend, dtype):
            print(f"  {lacks(backend, dtype)}")
            continue
        found = Precision()
        for batch in drawn:
            found.add(measure(tester, batch, dtype), batch)
        row = ", ".join(f"{k} {v:.2g}" for k, v in found.row(dtype).items() if k != "format")
        print(f"  {dtype} on {backend}: {row}")


def main() -> None:
    instances = int(sys.argv[1]) if len(sys.argv) > 1 else 10**6
    print(f"executors, {min(instances, 20_000):,} instances, start and stop included")
    compare(min(instances, 20_000))
    for lanes in (LANES, 8 * LANES):
        print(f"memory and rate, in batches of {lanes}")
        memory(instances, lanes)
    print("narrow formats")
    narrow()


if __name__ == "__main__":
    main()

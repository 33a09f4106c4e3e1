"""What the three Lean legs of this project cost: cold, unchanged, and after one file was touched.

Prints seconds of this machine, each run's share of the cold one, and the memory of the largest
process (as many of them run at once as fit: see `harness.lean.build`).
"""

from __future__ import annotations

import resource
import shutil
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.claims.project import load_project
from harness.evidence import Evidence
from harness.lean.leg import check_all

ROOT = Path(__file__).parents[1]


def measure(root: Path) -> tuple[float, Counter[str]]:
    """Seconds for all Lean legs, and how many checks came to which outcome."""
    started = time.perf_counter()
    found = Counter(
        item.outcome.value
        for item in check_all(load_project(root), cache=root / "kept")
        if isinstance(item, Evidence)
    )
    return time.perf_counter() - started, found


def touch(root: Path, module: str) -> Callable[[], None]:
    """Changes a module's text, and nothing that it says."""
    path = root / "lean" / f"{module}.lean"
    return lambda: path.write_text(path.read_text("utf-8") + "\n-- touched\n", "utf-8")


def main() -> None:
    with TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        for name in ("lean", "specs"):
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns(".lake"))
        steps: dict[str, Callable[[], None]] = {
            "cold, with the toolchain unpacked": lambda: None,
            "unchanged": lambda: None,
            "a file of theorems touched": touch(root, "Foldability/Folding/MultiHead"),
            "the lowest file touched": touch(root, "Foldability/LinearAlgebra"),
        }
        cold = 0.0
        for name, before in steps.items():
            before()
            seconds, outcomes = measure(root)
            cold = cold or seconds
            told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
            print(f"{name:36} {seconds:7.2f} s  {seconds / cold:6.1%} of cold   {told}")
    if sys.platform != "win32":
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (1 << 20)
        print(f"the largest process held {peak:.2f} GiB")


if __name__ == "__main__":
    main()

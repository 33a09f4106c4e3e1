"""What `import harness` gives: a project read, and asked.

import harness

project = harness.load("path/to/project")
run = harness.check(project, legs=["symbolic", "numeric"])
run.claims["name_of_a_theorem"].status
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from harness.evidence import Leg

if TYPE_CHECKING:
    from harness.claims.project import Project
    from harness.results.run import Run


def load(project: str | Path = ".") -> Project:
    """Read the project that a folder lies in: its definitions, claims and checkers.

    Raises `InputError` with every mistake of every file, each at its place.
    """
    from harness.claims.project import find_root, load_project

    return load_project(find_root(Path(project)))


def check(
    project: Project | str | Path = ".",
    *,
    legs: Iterable[Leg | str] = tuple(Leg),
    seed: int = 0,
    seconds: float = 120.0,
    toolchain: str = "auto",
) -> Run:
    """Ask legs about all claims and definitions of a project; what `harness check` does.

    Engines run in processes of their own, each for at most `seconds` on a claim; what they
    answered is kept for the next time. Legs of Lean build the package, which runs its code. A
    script calls this below `if __name__ == "__main__":`. Raises `InputError` for files with
    mistakes and `ValueError` for a leg that there is not.
    """
    import warnings

    from harness.keeping import kept_or_not
    from harness.lean.package import read_package
    from harness.results.assemble import assemble
    from harness.run import LEAN_LEGS, Notice, Plan, run

    opened = load(project) if isinstance(project, str | Path) else project
    asked = {Leg(leg) for leg in legs}
    if asked & set(LEAN_LEGS):
        read_package(opened.lean)  # raises InputError where there is none
    with kept_or_not(opened.root, warnings.warn) as cache:
        plan = Plan(
            opened,
            cache,
            legs=tuple(leg for leg in Leg if leg in asked),
            seed=seed,
            seconds=seconds,
            toolchain=toolchain,
        )
        return assemble(plan, (event for event in run(plan) if not isinstance(event, Notice)))

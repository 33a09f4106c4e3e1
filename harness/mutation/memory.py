"""The last score, kept beside the other caches, for reports of the very same project."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from harness import keeping
from harness.cache import code_fingerprint
from harness.evidence import Json
from harness.mutation.score import Score, to_data
from harness.run import Plan, said


def keep(plan: Plan, score: Score) -> None:
    """Keep the score of a hunt through the whole project; not one in which a leg did not run."""
    if not score.is_whole:
        return
    with suppress(OSError):  # a report without the score is what a project has that was not mutated
        plan.cache.mkdir(parents=True, exist_ok=True)
        keeping.keep(plan.cache / "mutation.json", _key(plan), to_data(score))


def recall(plan: Plan) -> Mapping[str, Json] | None:
    """The score that was kept, if nothing that it depends on has changed since."""
    return keeping.recall(plan.cache / "mutation.json", _key(plan), dict[str, Any])


def _key(plan: Plan) -> str:
    """Of the specifications, the Lean package, the Lean that it asks for, and the harness."""
    project = plan.project
    sources = sorted(f for f in project.lean.rglob("*.lean") if ".lake" not in f.parts)
    sources += [f for f in (project.lean / "lean-toolchain",) if f.is_file()]
    return keeping.digest(
        list(map(said, project.claims)),
        sorted(project.library.definitions.items()),
        [path.read_bytes() for path in sources],
        code_fingerprint(),
    )

"""The last score, kept beside the other caches, for reports of the very same project."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress

from harness.cache import code_fingerprint, digest
from harness.evidence import Json
from harness.files import write_atomically
from harness.mutation.score import Score, to_data
from harness.run import Plan, said


def keep(plan: Plan, score: Score) -> None:
    """Keep the score of a hunt through the whole project; not one in which a leg did not run."""
    if not score.is_whole:
        return
    kept = json.dumps({"key": _key(plan), "score": to_data(score)})
    with suppress(OSError):  # a report without the score is what a project has that was not mutated
        plan.cache.mkdir(parents=True, exist_ok=True)
        write_atomically(plan.cache / "mutation.json", kept)


def recall(plan: Plan) -> Mapping[str, Json] | None:
    """The score that was kept, if nothing that it depends on has changed since."""
    try:
        kept = json.loads((plan.cache / "mutation.json").read_text("utf-8"))
        score: Mapping[str, Json] = kept["score"]
        return score if kept["key"] == _key(plan) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _key(plan: Plan) -> str:
    """Of the specifications, the Lean package, the Lean that it asks for, and the harness."""
    project = plan.project
    sources = sorted(f for f in project.lean.rglob("*.lean") if ".lake" not in f.parts)
    sources += [f for f in (project.lean / "lean-toolchain",) if f.is_file()]
    return digest(
        list(map(said, project.claims)),
        sorted(project.library.definitions.items()),
        [path.read_bytes() for path in sources],
        code_fingerprint(),
    )

"""The last score, kept beside the other caches, for reports of the very same project."""

from __future__ import annotations

import json
from collections.abc import Mapping

from harness.cache import code_fingerprint, digest
from harness.evidence import Json
from harness.lean.store import write_whole
from harness.mutation.score import Score, to_data
from harness.run import Plan


def keep(plan: Plan, score: Score) -> None:
    """Keep the score of a hunt through the whole project."""
    plan.cache.mkdir(parents=True, exist_ok=True)
    write_whole(
        plan.cache / "mutation.json", json.dumps({"key": _key(plan), "score": to_data(score)})
    )


def recall(plan: Plan) -> Mapping[str, Json] | None:
    """The score that was kept, if nothing that it depends on has changed since."""
    try:
        kept = json.loads((plan.cache / "mutation.json").read_text("utf-8"))
        score: Mapping[str, Json] = kept["score"]
        return score if kept["key"] == _key(plan) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _key(plan: Plan) -> str:
    """Of the specifications, the Lean sources and the harness itself."""
    project = plan.project
    sources = sorted(p for p in project.lean.rglob("*.lean") if ".lake" not in p.parts)
    return digest(
        [(c.theorem, c.parameters, c.hypotheses, c.conclusion) for c in project.claims],
        sorted(project.library.definitions.items()),
        [path.read_bytes() for path in sources],
        code_fingerprint(),
    )

"""The project's own package: every Lean leg confirms it, and it says what was locked."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.claims.project import load_project
from harness.evidence import Evidence, Gap, GapKind, Leg, Outcome
from harness.lean.leg import DEFINITION_LEGS, OWN_LEGS, check_all

ROOT = Path(__file__).parents[2]

pytestmark = [pytest.mark.lean, pytest.mark.slow]


def test_every_leg_confirms_every_claim_and_definition(project_cache: Path) -> None:
    project = load_project(ROOT)
    found = list(check_all(project, cache=project_cache / "lean"))
    evidence = [item for item in found if isinstance(item, Evidence)]
    assert not [
        (e.subject, e.leg, e.summary) for e in evidence if e.outcome is not Outcome.CONFIRMED
    ]
    asked = {(claim.theorem, leg) for claim in project.claims for leg in OWN_LEGS}
    asked |= {(name, leg) for name in project.library.definitions for leg in DEFINITION_LEGS}
    assert {(e.subject, e.leg) for e in evidence} == asked
    locked = {e.subject for e in evidence if e.check == "lock"}
    assert locked == {subject for subject, leg in asked if leg is Leg.MIRROR}
    instances = [e.data["instances"] for e in evidence if e.leg is Leg.EXECUTION]
    assert sum(count for count in instances if isinstance(count, int)) >= 200
    gaps = [item for item in found if isinstance(item, Gap)]
    assert not [gap for gap in gaps if gap.kind is GapKind.UNREACHED or not gap.is_used]

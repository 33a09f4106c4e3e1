"""The project's own package: every Lean leg confirms it, and it says what was locked."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.claims.project import load_project
from harness.evidence import Evidence, Gap, GapKind, Leg, Outcome
from harness.kernel.check import as_given, check
from harness.kernel.export import read_export, write_export
from harness.kernel.ruling import Verdict
from harness.lean.audit.names import shown
from harness.lean.find import find_toolchain
from harness.lean.leg import DEFINITION_LEGS, OWN_LEGS, check_all, look
from harness.lean.proof.second import exported, unproved
from harness.lean.toolchain import Caller

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
    kernels = {(e.subject, e.check) for e in evidence if e.leg is Leg.PROOF}
    assert kernels == {(c.theorem, k) for c in project.claims for k in ("kernel", "second kernel")}
    gaps = [item for item in found if isinstance(item, Gap)]
    assert not [gap for gap in gaps if gap.kind is GapKind.UNREACHED or not gap.is_used]


def test_what_is_exported_stands_by_itself(project_cache: Path) -> None:
    """Written, read again and checked, with nothing believed but what is said to be."""
    project = load_project(ROOT)
    session = look(project, Caller(find_toolchain(), project_cache / "lean"))
    export = exported(session, [claim.theorem for claim in project.claims])
    again = read_export(line.encode() for line in write_export(export))
    assert again.declarations == export.declarations
    axioms = set(unproved(session, export))
    rulings = list(check(again, trusted=as_given(again, lambda name: shown(name) in axioms)))
    assert {ruling.verdict for ruling in rulings} <= {Verdict.ACCEPTED, Verdict.TRUSTED}
    names = {shown(name) for ruling in rulings for name in ruling.names}
    assert names >= {session.constant(claim.theorem) for claim in project.claims}
    # Every theorem of the package has a place and a text, those that cite no constant as well.
    written = [n for n in session.graph.written if session.answer.declarations[n].kind == "theorem"]
    assert len(written) > 40
    assert all((place := session.place(n)) and place.statement.strip() for n in written)

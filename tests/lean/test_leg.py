"""The Lean legs on a package that cheats, and on its clean twin."""

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from harness.claims.project import load_project
from harness.evidence import LOCK, Evidence, Leg, Outcome
from harness.lean.leg import OWN_LEGS, check_all

PACKAGE = Path(__file__).parents[1] / "fixtures" / "isometry"

pytestmark = pytest.mark.lean

Answers = Mapping[tuple[str, Leg], Evidence]


def answers(root: Path, cache: Path, legs: Iterable[Leg] = OWN_LEGS) -> Answers:
    found = check_all(load_project(root), cache=cache, legs=legs)
    # The package has no lock, so that check does not apply; it is tested with the lock.
    evidence = [e for e in found if isinstance(e, Evidence) and e.check != LOCK]
    return {(e.subject, e.leg): e for e in evidence}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(old) == 1, f"{old!r} in {path}"
    path.write_text(text.replace(old, new), "utf-8")


def test_cheats_are_refuted_and_the_rest_stands(tmp_path: Path, isometry_cache: Path) -> None:
    root = tmp_path / "package"
    shutil.copytree(PACKAGE, root)
    clean = answers(root, isometry_cache / "lean")
    assert {e.outcome for e in clean.values()} == {Outcome.CONFIRMED}

    proof = "  simp only [flip, compose]\n  exact total_congr fun l => by grind\n"
    edit(root / "lean" / "Isometry.lean", proof, "  sorry\n")
    specs = root / "specs"
    edit(specs / "inner_invariant.yaml", "assume:\n  orthogonal: Aᵀ @ A = 1\n", "")
    edit(specs / "definitions.yaml", "is: dot(v, v)", "is: dot(v, v) + dot(v, v)")
    found = answers(root, tmp_path / "cache", (Leg.PROOF, Leg.MIRROR))

    sorry = found["flip_compose", Leg.PROOF]
    assert sorry.outcome is Outcome.REFUTED
    assert "sorry" in sorry.summary
    assert sorry.diagnostics[0].file == "lean/Isometry.lean"
    assert found["flip_compose", Leg.MIRROR].outcome is Outcome.CONFIRMED

    assert found["inner_invariant", Leg.PROOF].outcome is Outcome.CONFIRMED
    dropped = found["inner_invariant", Leg.MIRROR]
    assert dropped.outcome is Outcome.REFUTED
    assert dropped.diagnostics[0].file == "specs/inner_invariant.yaml"

    assert found["squaredLength", Leg.MIRROR].outcome is Outcome.REFUTED

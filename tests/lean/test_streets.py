"""Packages in the styles of public repositories, a section or a namespace of one package each.

Nothing in them is false; so nothing may be refuted, and of what cannot be said the reason is told.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from harness.cli import main

pytestmark = [pytest.mark.lean, pytest.mark.slow]

PACKAGE = Path(__file__).parent / "streets"

DRAFTED = {
    "Folded": "dot_comm mulVec_eq total_zero",
    "Sections": "sum2_comm' squares_eq shifted_eq sum2_self scores_eq attend_congr",
    "Shapes": "vadd_comm smul_vadd tr_tr IsSymmetric.flip symm_apply",
    "Scalars": "affine_zero apply2_id sub_sub div_self neg_neg'",
    "Orders": ("scale_scale average_comm residual_congr row_tr outer_apply mapped_id"),
}
LACKING = {
    "Folded.total_succ": "names nothing for Lean's Fin.castSucc",
    "Sections.both_true": "names nothing for Lean's Sections.both",
    "Shapes.Grid.tr_tr": "A: Shapes.Grid α m n is no type of the claim language",
    "Shapes.lsum_cons": "xs: List Int is no type of the claim language",
    "Shapes.pairs_eq": "f: Prod (Fin m) (Fin n) is no type of the claim language",
    "Shapes.vsum_congr": "v: Vector Int n is no type of the claim language",
    "Scalars.clip_nonneg": "names nothing for Lean's Scalars.clip",
    "Scalars.nat_sub": "the laws of Nat are not those of numbers for 'subtract'",
    "Scalars.three_mul": "numerals other than 0 and 1",
    "Orders.pointwise_comm": "[Inhabited α]: an instance that the language cannot ask for",
    "Orders.residual_zero": "an equation between functions",
    "Orders.noncomm": "no instance of a known class",
}

VACUOUS = {"Sections.squares_eq", "Orders.row_tr", "Orders.mapped_id"}
"""What says nothing once definitions are unfolded."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("streets") / "project"
    shutil.copytree(PACKAGE, root)
    return root


@pytest.fixture(scope="module")
def said(root: Path) -> str:
    done = CliRunner().invoke(main, ["-C", str(root), "init", "--toolchain", "embedded"])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture(scope="module")
def found(root: Path, said: str) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """The checks of every subject in every leg."""
    evidence = root / "evidence.json"
    options = ["--toolchain", "embedded", "--json", str(evidence)]
    CliRunner().invoke(main, ["-C", str(root), "check", *options])
    data = json.loads(evidence.read_text("utf-8"))
    subjects = (*data["claims"], *data["definitions"])
    return {(s["name"], leg["leg"]): leg["checks"] for s in subjects for leg in s["legs"]}


def test_what_can_be_said_is_drafted_and_of_the_rest_it_is_told_why(root: Path, said: str) -> None:
    drafted = {path.stem for path in (root / "specs").glob("*.yaml")} - {"definitions"}
    assert drafted == {f"{s}.{name}" for s, names in DRAFTED.items() for name in names.split()}
    for theorem, reason in LACKING.items():
        [line] = [li for li in said.splitlines() if li.startswith(f"not drafted: {theorem}: ")]
        assert reason in line
    assert "left out: first: it is recursive or opaque" in said
    assert "if it is the operator sum, prove what it is (`bridges`)" in said


def test_definitions_read_as_people_would_write_them(root: Path, said: str) -> None:
    data = yaml.safe_load((root / "specs" / "definitions.yaml").read_text("utf-8"))
    assert data["bridges"] == {"sum": ["Folded.total_zero", "Folded.total_succ"]}
    assert data["primitives"]["sum"] == "Folded.total"
    assert data["primitives"]["dot"] == "Folded.dot"
    said_of = {name: entry["is"] for name, entry in data["definitions"].items()}
    assert said_of["scores"] == "[i ↦ dot(q, K(i))]"
    assert said_of["residual"] == "[i ↦ x[i] + f(x)[i]]"
    assert said_of["attend"] == "[j ↦ Σ i, weights(scores(q, K))[i] * V[i, j]]"
    # A private helper is read through.
    assert said_of["squares"] == "[i ↦ u[i] * u[i]]"


def test_nothing_true_is_refuted(found: dict[tuple[str, str], list[dict[str, Any]]]) -> None:
    bad = {
        key: check["summary"]
        for key, checks in found.items()
        for check in checks
        if check["outcome"] in ("refuted", "error")
    }
    assert not bad


@pytest.mark.parametrize("leg", ["proof", "mirror"])
def test_all_that_was_drafted_is_proved_and_says_what_lean_has(
    leg: str, found: dict[tuple[str, str], list[dict[str, Any]]]
) -> None:
    for space, names in DRAFTED.items():
        for name in names.split():
            checks = found[f"{space}.{name}", leg]
            outcomes = {check["outcome"] for check in checks if check["check"] != "lock"}
            assert outcomes == {"confirmed"}, (space, name, checks)


def test_what_says_nothing_is_called_vacuous(
    found: dict[tuple[str, str], list[dict[str, Any]]],
) -> None:
    vacuous = {
        name
        for (name, leg), checks in found.items()
        if leg == "necessity"
        for check in checks
        if check["summary"].startswith("Vacuous.")
    }
    assert vacuous == VACUOUS

"""Drafts are written into the folder of specifications, and under names that it can hold."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from click.testing import CliRunner

from harness.claims.library import core_scalars
from harness.claims.model import Library
from harness.claims.project import Project
from harness.cli import main
from harness.cli.starting import _show as show_build
from harness.cli.starting import write_drafts
from harness.language.terms import Equation, Variable
from harness.language.types import SCALAR, Parameter
from harness.lean.build import Build, ModuleBuild, ModuleOutcome
from harness.lean.draft.statement import Draft
from harness.lean.expression import Constant, Local, apply
from harness.lean.messages import Message
from harness.lean.scope import numeral
from harness.lean.stored import short

LIBRARY = Library("T", core_scalars(), {}, {})
X = Variable("x", SCALAR)
GOOD = Draft("good", core_scalars()["field"], (Parameter("x", SCALAR),), (), Equation((), X, X))
ODD = (
    "«../../evil»",
    "«a/../../../evil»",
    "«two words»",
    "«a.b»",
    "«/tmp/evil»",
    "\u0430_cyrillic",
)


def test_build_needs_no_settings_but_a_package(tmp_path: Path) -> None:
    """The guide asks for it before `harness init`."""
    empty = CliRunner().invoke(main, ["-C", str(tmp_path), "build"])
    assert empty.exit_code == 2
    assert "expected one Lake package (lakefile.toml or lakefile.lean), found none" in empty.output
    (tmp_path / "lakefile.toml").write_text('name = "P"\n[[lean_lib]]\nname = 3\n', "utf-8")
    found = CliRunner().invoke(main, ["-C", str(tmp_path), "build", "--toolchain", "embedded"])
    assert found.exit_code == 2
    assert "lakefile.toml:" in found.output


def test_a_theorem_whose_name_is_a_path_is_not_drafted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "a" / "b" / "project"
    specs = root / "specs"
    specs.mkdir(parents=True)
    project = Project(root, root, specs, LIBRARY, ())
    drafts = [*(replace(GOOD, theorem=name) for name in ODD), GOOD]
    assert write_drafts(project, drafts, lambda name: None) == 1
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == [specs / "good.yaml"]
    said = capsys.readouterr().err.splitlines()
    why = "a specification cannot name it; a theorem of a plain name that is it can be"
    assert said == [f"not drafted: {name}: {why}" for name in ODD]


def test_build_says_which_proofs_are_left_open(capsys: pytest.CaptureFixture[str]) -> None:
    said = "declaration uses `sorry`"
    open_ = Message("P.lean", 3, 9, "warning", said)
    module = ModuleBuild("P", "P.lean", ModuleOutcome.BUILT, "", (open_,), 0.0)
    built = cast(Build, SimpleNamespace(modules={"P": module}, errors=(), ok=True))
    show_build(built, is_all=True)
    assert capsys.readouterr().err == f"P.lean:3:9: warning: {said}\n"
    # A command on its way to something else tells of errors alone.
    show_build(built)
    assert capsys.readouterr().err == ""


def test_a_size_in_a_reason_is_a_number() -> None:
    layer = apply(Constant("Linear", ("0",)), Constant("Rat"), numeral(12), Local("n"))
    assert short(layer) == "Linear Rat 12 n"

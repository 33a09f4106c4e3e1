"""What a person sees of the leg: in the terminal, in JSON, and as pytest's items."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.cli import main
from tests.arrays.language import ROOT
from tests.implementations.mutants import definitions

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose RoPE turns the wrong way in one entry."""
    root = tmp_path_factory.mktemp("project")
    (root / "specs").mkdir()
    (root / "lean").mkdir()
    wrong = definitions(planeRotation="matrix2(c, s, s, c)")
    (root / "specs" / "definitions.yaml").write_text(wrong, "utf-8")
    shutil.copy(ROOT / "specs" / "planeRotation_commutes.yaml", root / "specs")
    return root


def test_the_command_ends_with_1_and_shows_where(project: Path, tmp_path: Path) -> None:
    written = tmp_path / "evidence.json"
    arguments = ["-C", str(project), "check", "--leg", "implementation", "--json", str(written)]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 1, done.output
    assert "no claim was asked about" in done.output
    rows = {row["name"]: row for row in json.loads(written.read_text())["definitions"]}
    assert {name for name, row in rows.items() if row["status"] == "refuted"} == {
        *("planeRotation", "ropeInterleaved"),
    }
    check = rows["planeRotation"]["legs"][-1]["checks"][0]
    left, right = check["counterexample"]["left"], check["counterexample"]["right"]
    assert left[0][1] == -right[0][1] != 0
    assert left[1] == right[1]
    assert check["replay"] == "harness check --leg implementation --seed 0"


def test_definitions_are_items_of_pytest(project: Path) -> None:
    arguments = ["-m", "pytest", "specs", "-q", "-m", "implementation", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, *arguments], cwd=project, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "planeRotation[implementation]" in done.stdout
    assert "It differs from attention written from the papers." in done.stdout
    assert "2 failed, 23 passed" in done.stdout

"""`harness replay` as a user meets it: the instance that was shown, and what it says of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from harness.claims.project import load_project
from harness.cli import main
from harness.instances.search import find_small
from harness.numeric.replay import small_id

ROOT = Path(__file__).parents[2]
CLAIM = "scores_invariant_of_orthogonal"


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one claim, which has lost its hypothesis."""
    root = tmp_path_factory.mktemp("broken")
    (root / "specs").mkdir()
    shutil.copy(ROOT / "specs" / "definitions.yaml", root / "specs")
    text = (ROOT / "specs" / f"{CLAIM}.yaml").read_text("utf-8")
    text = text.replace("assume:\n  orthogonal: Rᵀ @ R = 1\n", "")
    (root / "specs" / f"{CLAIM}.yaml").write_text(text, "utf-8")
    return root


def replay(project: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["-C", str(project), "replay", *arguments])


def test_a_counterexample_is_shown_again_and_ends_with_1(broken: Path, tmp_path: Path) -> None:
    project = load_project(broken)
    found = find_small(project.claims[0], project.library, seconds=30)
    assert found is not None
    identifier = str(small_id(project.claims[0], found))
    done = replay(broken, identifier, "--json", "--npz", str(tmp_path / "it.npz"))
    assert done.exit_code == 1, done.output
    data = json.loads(done.stdout)
    assert data["values"] == dict(found.example.values)
    assert (data["left"], data["right"]) == (found.example.left, found.example.right)
    assert data["differs"] is True
    arrays = np.load(tmp_path / "it.npz")
    # By hand: the scores are the products of what R makes of q and of each key.
    turned = [arrays["R"] @ arrays["q"] @ (arrays["R"] @ key) for key in arrays["K"]]
    assert arrays["left"].tolist() == turned
    text = replay(broken, identifier)
    assert text.exit_code == 1
    assert "The sides differ" in text.stdout


def test_a_random_instance_that_breaks_it_ends_with_1_and_one_that_does_not_with_0(
    broken: Path,
) -> None:
    identifier = f"{CLAIM}:float64:0:0:0"
    assert replay(broken, identifier).exit_code == 1
    done = replay(ROOT, identifier)
    assert done.exit_code == 0, done.output
    assert "The sides agree" in done.stdout


def test_a_sketch_of_what_is_not_proved_says_so(broken: Path) -> None:
    done = CliRunner().invoke(main, ["-C", str(broken), "sketch", CLAIM])
    assert done.exit_code == 3
    assert "is not proved here: the claim is not proved" in done.stderr
    assert done.stdout == ""


def test_what_is_no_counterexample_is_bad_input() -> None:
    done = replay(ROOT, f"{CLAIM}:small:0:0:0/n=1,d=1,e=1")
    assert done.exit_code == 2

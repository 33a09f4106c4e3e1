"""Specifications as pytest items, seen from outside: in a process of its own, with no conftest."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ISOMETRY = ROOT / "tests" / "fixtures" / "isometry"

pytestmark = pytest.mark.slow


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(ISOMETRY, tmp_path / "p")
    return tmp_path / "p"


def run(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, check=False
    )


def test_every_specification_is_collected_and_nothing_else(project: Path) -> None:
    for folder in ("sweeps", "toggles"):
        (project / "specs" / folder).mkdir()
        (project / "specs" / folder / "other.yaml").write_text("title: no claim\n")
    (project / "other").mkdir()
    (project / "other" / "settings.yaml").write_text("a: 1\n")
    done = run(project, "--collect-only", "-m", "symbolic or proof", "specs", "other")
    items = {line.split("::")[1] for line in done.stdout.splitlines() if "::" in line}
    theorems = ("flip_compose", "inner_invariant", "squaredLength_invariant")
    assert {f"{t}[{leg}]" for t in theorems for leg in ("symbolic", "proof")} <= items
    assert "other.yaml" not in done.stdout
    assert "settings" not in done.stdout


def test_the_specifications_of_this_repository_are_collected() -> None:
    done = run(ROOT, "--collect-only", "specs")
    assert done.returncode == 0, done.stdout


def test_plain_pytest_leaves_the_fixtures_alone() -> None:
    """It goes through all folders; most files of tests need not be read for that."""
    done = run(ROOT, "--collect-only", "--ignore-glob=*/test_[!v]*.py")
    assert "test_verdict.py::" in done.stdout
    assert "yaml::" not in done.stdout


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_refuted_leg_fails_and_says_why(project: Path, workers: str) -> None:
    spec = project / "specs" / "inner_invariant.yaml"
    text = spec.read_text("utf-8")
    assert "assume:\n  orthogonal: Aᵀ @ A = 1\n" in text
    spec.write_text(text.replace("assume:\n  orthogonal: Aᵀ @ A = 1\n", ""), "utf-8")
    done = run(project, "specs", "-m", "numeric", "-n", workers)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 failed, 2 passed" in done.stdout
    assert "An orthogonal map keeps inner products." in done.stdout
    failure = [line for line in done.stdout.splitlines() if line.startswith("E ")]
    assert any("numeric" in line and "refuted" in line for line in failure)
    assert any(line.startswith("E   left: ") for line in failure)
    assert "harness replay" in done.stdout


def test_no_waiver_covers_that_a_claim_says_nothing_nor_every_leg(project: Path) -> None:
    text = "theorem: {0}\nsays: It.\nfor: {{x, y: scalar}}\nthen: {1}\nwaive: {{{2}}}\n"
    most = ("proof", "mirror", "symbolic", "numeric", "execution")
    for name, then, legs in (
        ("some", "x + y = y + x + 0 * x * y", most),
        ("empty", "x = x", (*most, "necessity")),
        ("unasked", "x * x + y = y * x", (*most, "necessity")),
    ):
        waived = ", ".join(f"{leg}: later" for leg in legs)
        written = text.format(name, then, waived).replace("{x, y: s", "{'x, y': s")
        (project / "specs" / f"{name}.yaml").write_text(written, "utf-8")
    done = run(project, "specs", "-m", "symbolic", "-k", "some or empty or unasked", "-rf")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "FAILED specs/empty.yaml::empty[symbolic]" in done.stdout
    assert "FAILED specs/unasked.yaml::unasked[symbolic]" in done.stdout
    assert "2 failed" in done.stdout


def test_a_fault_in_a_specification_is_a_collection_error_at_its_place(project: Path) -> None:
    spec = project / "specs" / "flip_compose.yaml"
    spec.write_text(spec.read_text("utf-8").replace("(A @ B)", "(A @ C)"), "utf-8")
    done = run(project, "specs", "-m", "symbolic")
    assert done.returncode == 2
    assert "specs/flip_compose.yaml:7:12: nothing is called C here" in done.stdout


def test_a_fault_in_the_definitions_is_an_error_and_not_an_empty_run(project: Path) -> None:
    (project / "specs" / "definitions.yaml").write_text("namespace: [\n")
    done = run(project, "specs/flip_compose.yaml")
    assert done.returncode == 2
    assert "specs/definitions.yaml:2:1:" in done.stdout

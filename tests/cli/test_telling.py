"""What becomes of a run: which files are written, how much is said, when it ends, what is kept."""

from __future__ import annotations

import json
import shutil
import webbrowser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from harness.cli import main
from harness.report import REPORTERS
from harness.report.difference import read_report
from harness.verdict import Status

ISOMETRY = Path(__file__).parents[1] / "fixtures" / "isometry"
FALSE = """\
theorem: {name}
says: What is not so.
for:
  n: dimension
  u, v: vector(n)
then: dot(u, v) = dot(u, u)
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "p"
    shutil.copytree(ISOMETRY, root)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    monkeypatch.setenv("HARNESS_CACHE_DIR", str(tmp_path / "cache"))
    return root


def harness(project: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["-C", str(project), *arguments, "--leg", "symbolic"])


def test_a_report_writes_all_that_a_check_can(project: Path, tmp_path: Path) -> None:
    kinds = list(REPORTERS)
    files = {kind: tmp_path / "out" / f"x.{kind}" for kind in kinds}
    options = [word for kind in kinds for word in (f"--{kind}", str(files[kind]))]
    done = harness(project, "report", "flip_compose", *options)
    assert done.exit_code == 0, done.output
    assert all(path.stat().st_size for path in files.values())
    assert not (project / "report").exists()  # the files that were named are the files


def test_a_quiet_run_says_what_failed_and_nothing_else(project: Path) -> None:
    (project / "specs" / "wrong.yaml").write_text(FALSE.format(name="wrong"))
    done = harness(project, "check", "wrong", "flip_compose", "-q")
    assert done.exit_code == 1
    first, reason, last = done.stdout.split("\n", 1)[1].splitlines()
    assert first.startswith("✗ wrong: symbolic refuted (specs/wrong.yaml:")
    assert "a small exact instance" in reason
    assert last.startswith("2 claims: 1 refuted, 1 confirmed")
    assert done.stderr == ""


def test_a_run_that_ends_early_passes_nothing(project: Path, tmp_path: Path) -> None:
    """One claim is refuted; whatever else had been found, nothing counts as checked to its end."""
    for number in range(3):
        (project / "specs" / f"w{number}.yaml").write_text(FALSE.format(name=f"w{number}"))
    file = tmp_path / "x.json"
    done = harness(project, "check", "--fail-fast", "--json", str(file))
    assert done.exit_code == 1, done.output
    claims = read_report(file).claims
    [refuted] = [claim for claim in claims if claim.status is Status.REFUTED]
    others = [claim for claim in claims if claim is not refuted]
    assert others
    assert {claim.status for claim in others} == {Status.UNDECIDED}
    assert f"ended the run when {refuted.name} was refuted" in done.stdout


def test_a_run_without_a_refutation_goes_to_its_end(project: Path) -> None:
    done = harness(project, "check", "flip_compose", "--fail-fast")
    assert done.exit_code == 0, done.output


def test_the_report_is_opened(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: opened.append(address) or True)
    assert harness(project, "report", "flip_compose", "--open").exit_code == 0
    assert opened == [(project / "report" / "index.html").resolve().as_uri()]
    done = harness(project, "check", "flip_compose", "--open")
    assert done.exit_code == 2
    assert "--html" in done.output


def test_a_folder_keeps_runs_and_tells_since_when_a_claim_is_red(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Right, wrong, right, wrong, wrong: red since the fourth run, and not since the second."""
    kept, page = tmp_path / "runs", tmp_path / "x.html"
    file = project / "specs" / "w.yaml"
    right = FALSE.format(name="w").replace("= dot(u, u)", "= dot(v, u)")
    moments = [f"2026-01-0{day}T10:00:00+00:00" for day in range(1, 6)]
    for moment, is_wrong in zip(moments, (False, True, False, True, True), strict=True):
        file.write_text(FALSE.format(name="w") if is_wrong else right)
        _at(monkeypatch, moment)
        arguments = ["check", "w", "--history", str(kept), "--html", str(page)]
        done = harness(project, *arguments)
        assert done.exit_code == int(is_wrong), done.output
    assert "w: symbolic refuted" in done.stdout
    assert f"since {moments[3]}" in done.stdout
    text = page.read_text("utf-8")
    assert "5 runs of the same legs" in text
    assert 'not confirmed since <time datetime="2026-01-04' in text
    names = sorted(path.name for path in kept.iterdir())
    assert len(names) == 5
    first = json.loads((kept / names[0]).read_text("utf-8"))
    assert first["words"]["w"] == "confirmed"
    # A run of other legs is another story.
    _at(monkeypatch, "2026-01-06T10:00:00+00:00")
    options = ["check", "w", "--leg", "numeric", "--history", str(kept)]
    done = harness(project, *options)
    assert "since" not in done.stdout
    (kept / "z.json").write_text("{}")
    done = harness(project, "check", "w", "--history", str(kept))
    assert done.exit_code == 2
    assert "z.json:1:1: not a record of a run" in done.output


def _at(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """Runs begin at a moment."""
    from datetime import datetime

    from harness.results import assemble

    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime.fromisoformat(moment)

    monkeypatch.setattr(assemble, "datetime", Clock)


@pytest.fixture
def two(project: Path) -> Path:
    """A repository of two packages that claim theorems of one name, one of them a false one."""
    root = project.parent / "repository"
    for folder, name in (("one", "Isometry"), ("libraries/two", "Other")):
        shutil.copytree(project, root / folder)
        definitions = root / folder / "specs" / "definitions.yaml"
        text = definitions.read_text("utf-8")
        definitions.write_text(text.replace("namespace: Isometry", f"namespace: {name}"), "utf-8")
    (root / "libraries" / "two" / "specs" / "w.yaml").write_text(FALSE.format(name="w"))
    settings = '[tool.harness]\ntitle = "Both"\npackages = ["one", "libraries/two"]\n'
    (root / "pyproject.toml").write_text(settings)
    return root


def test_packages_of_a_repository_are_one_page_and_one_verdict(two: Path) -> None:
    done = harness(two, "report")
    assert done.exit_code == 1, done.output
    assert "✗ Other.w: symbolic refuted (libraries/two/specs/w.yaml:" in done.stdout
    run = read_report(two / "report" / "report.json")
    names = [claim.name for claim in run.claims]
    alone = {name.removeprefix("Isometry.") for name in names if name.startswith("Isometry.")}
    assert {name.removeprefix("Other.") for name in names if name.startswith("Other.")} == {
        *alone,
        "w",
    }
    assert len(names) == 2 * len(alone) + 1
    assert {name for name in names if run.by_name[name].status is not Status.CONFIRMED} == {
        "Other.w"
    }
    page = (two / "report" / "index.html").read_text("utf-8")
    assert "<title>✗ Both" in page
    assert harness(two / "one", "check").exit_code == 0


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ('packages = ["one", "three"]', "found 'three'"),
        ('packages = ["one", ".."]', "found '..'"),
        ("packages = []", r"found []"),
        ('packages = ["one"]\nlean = "lean"', "lean: expected in the settings of one package"),
        ('packages = ["one", "one"]', "found 'one'"),
    ],
)
def test_what_is_no_list_of_packages_is_refused(two: Path, settings: str, said: str) -> None:
    (two / "pyproject.toml").write_text(f"[tool.harness]\n{settings}\n")
    done = harness(two, "check")
    assert done.exit_code == 2, done.output
    assert said in done.output
    assert "pyproject.toml:" in done.output


def test_packages_of_one_namespace_are_refused_before_any_is_run(two: Path) -> None:
    shutil.copytree(two / "one", two / "copy")
    settings = '[tool.harness]\npackages = ["one", "copy"]\n'
    (two / "pyproject.toml").write_text(settings)
    done = harness(two, "check")
    assert done.exit_code == 2, done.output
    assert "copy/pyproject.toml:1:1: expected a namespace of its own" in done.output


def test_faults_of_all_packages_come_before_any_is_run(two: Path) -> None:
    for folder in ("one", "libraries/two"):
        (two / folder / "specs" / "bad.yaml").write_text("theorem: x\n")
    done = harness(two, "check")
    assert done.exit_code == 2
    assert "one/specs/bad.yaml:1:" in done.output
    assert "libraries/two/specs/bad.yaml:1:" in done.output
    done = harness(two, "check", "w")
    assert done.exit_code == 2
    assert "-C" in done.output

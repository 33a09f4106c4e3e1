"""Whatever a user hands in is answered in words, at its place, with the exit code that it has."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from harness.claims.document import schema
from harness.cli import main
from harness.evidence import Leg

ISOMETRY = Path(__file__).parents[1] / "fixtures" / "isometry"
SPEC = "specs/flip_compose.yaml"
CYCLE = """
  a:
    says: Each of the two uses the other.
    for: {v: scalar}
    is: b(v)
  b:
    says: Each of the two uses the other.
    for: {v: scalar}
    is: a(v)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(ISOMETRY, tmp_path / "p")
    return tmp_path / "p"


def harness(project: Path, *arguments: str) -> Result:
    done = CliRunner().invoke(main, ["-C", str(project), *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert "Traceback" not in done.output
    return done


def put(name: str, content: str | bytes) -> Callable[[Path], object]:
    data = content.encode() if isinstance(content, str) else content
    return lambda root: (root / name).write_bytes(data)


def replaced(name: str, old: str, new: str) -> Callable[[Path], object]:
    def edit(root: Path) -> None:
        text = (root / name).read_text("utf-8")
        assert old in text
        (root / name).write_text(text.replace(old, new), "utf-8")

    return edit


def appended(name: str, text: str) -> Callable[[Path], object]:
    return lambda root: (root / name).write_text((root / name).read_text("utf-8") + text, "utf-8")


def emptied(root: Path) -> None:
    for path in (root / "specs").iterdir():
        if path.name != "definitions.yaml":
            path.unlink()


@pytest.mark.parametrize(
    ("prepare", "expected"),
    [
        (emptied, "specs:1:1: expected specifications (*.yaml), found none"),
        (lambda root: shutil.rmtree(root / "specs"), "specs:1:1: there is no such folder"),
        (put(SPEC, b"theorem: \xff"), f"{SPEC}:1:1: not UTF-8 text"),
        (put(SPEC, "a" * 1_000_001), f"{SPEC}:1:1: larger than 1000000 bytes"),
        (put(SPEC, ""), f"{SPEC}:1:1: the file is empty"),
        (put(SPEC, "- 1\n"), f"{SPEC}:1:1: expected a mapping"),
        (put(SPEC, "a: 1\n---\nb: 2\n"), f"{SPEC}:2:1: "),
        (put(SPEC, "[" * 100_000), f"{SPEC}:1:1: nested too deeply"),
        (lambda root: (root / "specs" / "x.yaml").mkdir(), "specs/x.yaml:1:1: expected a file"),
        (lambda root: os.mkfifo(root / "specs" / "x.yaml"), "specs/x.yaml:1:1: expected a file"),
        (lambda root: (root / "specs/x.yaml").symlink_to("gone"), "specs/x.yaml:1:1: No such file"),
        (
            lambda root: shutil.copy(root / SPEC, root / "specs" / "again.yaml"),
            f"{SPEC}:1:10: flip_compose is already claimed in specs/again.yaml",
        ),
        (
            appended("specs/definitions.yaml", CYCLE),
            "specs/definitions.yaml:33:9: nothing is called b here",
        ),
        (replaced(SPEC, "says: ", "says: \u202e"), "U+202E cannot be seen"),
        (replaced(SPEC, "says: ", "# \x1b[2J\nsays: "), f"{SPEC}:2:3: the character U+001B"),
        (put(SPEC, 'theorem: x\nsays: "\\e[2J"\nfor: {a: scalar}\nthen: a = a\n'), "U+001B"),
        (
            appended(SPEC, "waive: {prof: No time., proof: ''}\n"),
            f"{SPEC}:8:8: 'prof' is not one of ['proof'",
        ),
        (put("pyproject.toml", "[tool.harness"), "pyproject.toml:1:1: not TOML"),
        (put("pyproject.toml", "[tool]\nharness = 3\n"), "[tool.harness]: expected a table"),
        (put("pyproject.toml", "tool = 3\n"), "[tool.harness]: expected a table"),
        (put("pyproject.toml", b"\xff[tool.harness]\n"), "pyproject.toml:1:1: not TOML"),
        (
            put("pyproject.toml", "[tool.harness]\nspecs = 3\nleen = 'x'\n"),
            "pyproject.toml:2:1: specs: expected text, found 3",
        ),
    ],
)
def test_bad_projects(project: Path, prepare: Callable[[Path], object], expected: str) -> None:
    prepare(project)
    done = harness(project, "list")
    assert done.exit_code == 2
    assert expected in done.output


@pytest.mark.parametrize(
    ("prepare", "expected"),
    [
        (lambda root: shutil.rmtree(root / "lean"), "lean/lakefile.toml:1:1: there is no"),
        (put("lean/lakefile.toml", "nonsense ["), "lean/lakefile.toml:1:10: "),
    ],
)
def test_bad_lean_packages(project: Path, prepare: Callable[[Path], object], expected: str) -> None:
    prepare(project)
    for command in ("check", "report"):
        done = harness(project, command)
        assert done.exit_code == 2
        assert expected in done.output
    # The other legs have no need of it.
    assert harness(project, "check", "--leg", "symbolic").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (["explain", "nope"], 2, "no claim is about this theorem"),
        (["explain", "flip_composed"], 2, "did you mean flip_compose?"),
        (["sketch", "nope"], 2, "no claim is about this theorem"),
        (["replay", "nonsense"], 2, "expected theorem:check:seed:batch:lane"),
        (["check", "--only", "zzz"], 2, "nothing to check is a failure"),
        (["check", "--leg", "poof"], 2, "is not one of 'proof'"),
        (["check", "--seed", "-1"], 2, "not in the range"),
        (["check", str(ISOMETRY / SPEC)], 2, "expected a specification below specs/"),
        (["check", "--leg", "symbolic", "--json", "/proc/nope/x.json"], 3, "/proc/nope"),
        (["diff", "/dev/null", "/dev/null"], 2, "not a report of this harness"),
    ],
)
def test_bad_requests(project: Path, arguments: list[str], code: int, expected: str) -> None:
    done = harness(project, *arguments)
    assert done.exit_code == code, done.output
    assert expected in done.output


def test_where_there_is_no_project(tmp_path: Path) -> None:
    done = harness(tmp_path, "check")
    assert done.exit_code == 2
    assert "no project here or above" in done.output


def test_a_cache_that_cannot_be_written(project: Path) -> None:
    (project / ".cache").touch()
    done = harness(project, "check", "--leg", "symbolic")
    assert done.exit_code == 3
    assert f"{project}/.cache/evidence: Not a directory" in done.output


def test_what_nobody_thought_of_is_a_sentence_too(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object) -> None:
        raise RuntimeError("nobody thought of this")

    monkeypatch.setattr("harness.claims.project.load_project", broken)
    done = harness(project, "list")
    assert done.exit_code == 3
    assert "The harness failed: RuntimeError: nobody thought of this" in done.output


def test_markup_in_a_specification_is_text_in_the_report(project: Path) -> None:
    spec = project / SPEC
    spec.write_text(spec.read_text("utf-8") + "source: '<script>alert(1)</script>'\n", "utf-8")
    target = project / "out.html"
    done = harness(project, "check", str(spec), "--leg", "symbolic", "--html", str(target))
    assert done.exit_code == 0, done.output
    assert "<script>alert" not in target.read_text("utf-8")


def test_the_legs_that_can_be_waived_are_the_legs() -> None:
    names = schema("claim")["properties"]["waive"]["propertyNames"]["enum"]
    assert names == [leg.value for leg in Leg]

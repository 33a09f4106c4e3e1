"""Whatever a user hands in is answered in words, at its place, with the exit code that it has."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
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


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("squaredLengh",), "there is no such definition; did you mean squaredLength"),
        (("squaredLength", "--size", "m=2"), "--size m=2:"),
        (("squaredLength", "--size", "n=0"), "a dimension (n) and 1 to 1024"),
        (("squaredLength", "-o", "vectors.npz"), "expected a name for the JSON lines"),
    ],
)
def test_vectors_of_nothing_are_bad_input(
    arguments: tuple[str, ...], expected: str, project: Path
) -> None:
    done = harness(project, "vectors", *arguments)
    assert done.exit_code == 2, done.output
    assert expected in done.output


def replaced(name: str, old: str, new: str) -> Callable[[Path], object]:
    def edit(root: Path) -> None:
        text = (root / name).read_text("utf-8")
        assert old in text
        (root / name).write_text(text.replace(old, new), "utf-8")

    return edit


def appended(name: str, text: str) -> Callable[[Path], object]:
    return lambda root: (root / name).write_text((root / name).read_text("utf-8") + text, "utf-8")


def linked(name: str, target: str) -> Callable[[Path], object]:
    def edit(root: Path) -> None:
        (root / name).unlink()
        (root / name).symlink_to(target)

    return edit


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
        (put(SPEC, "[" * 100_000), f"{SPEC}:1:1001: exceeded maximum nesting depth"),
        (put(SPEC, "x:\n" + "- " * 200 + "y\n"), f"{SPEC}:2:199: nested too deeply"),
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
        (
            put(os.fsdecode(b"specs/\xff.yaml"), "theorem: x\n"),
            r"specs/\udcff.yaml:1:1: in the file's name, the character U+DCFF cannot be seen",
        ),
        (
            put("specs/a\u2028b.yaml", "theorem: x\n"),
            r"specs/a\u2028b.yaml:1:1: in the file's name, the character U+2028 cannot be seen",
        ),
        (
            replaced("specs/definitions.yaml", "namespace: Isometry", "namespace: Is\u03bfmetry"),
            "specs/definitions.yaml:1:12: not all letters of this name are Latin ones",
        ),
        (replaced(SPEC, "says: ", "# \x1b[2J\nsays: "), f"{SPEC}:2:3: the character U+001B"),
        (put(SPEC, 'theorem: x\nsays: "\\e[2J"\nfor: {a: scalar}\nthen: a = a\n'), "U+001B"),
        (
            appended(SPEC, "waive: {prof: No time., proof: ''}\n"),
            f"{SPEC}:8:8: 'prof' is not one of ['proof'",
        ),
        (put("pyproject.toml", "[tool.harness"), "pyproject.toml:1:1: not TOML"),
        (put("pyproject.toml", "[tool]\nharness = 3\n"), "[tool.harness]: expected a table"),
        (put("pyproject.toml", "tool = 3\n"), "[tool.harness]: expected a table"),
        (put("pyproject.toml", b"\xff[tool.harness]\n"), "pyproject.toml:1:1: not UTF-8 text"),
        (put("pyproject.toml", "[tool.harness]\nlean = ?\n"), "pyproject.toml:2:8: not TOML"),
        (put("pyproject.toml", f"x = {'[' * 5000}"), "pyproject.toml:1:1: nested too deeply"),
        (put("pyproject.toml", f"x = {'9' * 5000}"), "pyproject.toml:1:1: not TOML"),
        (put("pyproject.toml", f"x = {{{'a.' * 5000}a = 1}}\n"), ":1:1: nested too deeply"),
        (put("pyproject.toml", f"\n[{'a . ' * 100_000}a]\n"), ":2:1: nested too deeply"),
        (put("pyproject.toml", f"x = '{'a' * 1_000_000}'\n"), ":1:1: larger than 1000000 bytes"),
        (put("pyproject.toml", "[tool.harness]\rspecs = 'specs'\r"), ":1:15: not TOML"),
        (linked("pyproject.toml", "pyproject.toml"), ":1:1: Too many levels of symbolic links"),
        (linked("pyproject.toml", "/dev/zero"), ":1:1: expected a file"),
        (
            put("pyproject.toml", "x = 'a\u202eb'\n# a\u2028[tool.harness]\n"),
            "pyproject.toml:2:4: the character U+2028 cannot be seen",
        ),
        (
            put("pyproject.toml", "[tool.harness]\n# a\u200bb\n"),
            "pyproject.toml:2:4: the character U+200B cannot be seen",
        ),
        (
            put("pyproject.toml", '[tool.harness]\ncheckers = ["a\\u0000"]\n'),
            "pyproject.toml:2:1: checkers: expected command lines",
        ),
        (
            put("pyproject.toml", "[tool.harness.links]\nx = 'https://a.b/\u2066'\n"),
            "pyproject.toml:2:18: the character U+2066 cannot be seen",
        ),
        (
            put("pyproject.toml", '[tool.harness.links]\nx = "https://a.b/\\u2066"\n'),
            "pyproject.toml:1:1: links: the character U+2066 cannot be seen",
        ),
        (put("pyproject.toml", f"[tool.harness]\nspecs = '{'x/' * 3000}'\n"), ":2:1: specs:"),
        (
            put("pyproject.toml", "[tool.harness]\nspecs = '../../..'\n"),
            "pyproject.toml:2:1: specs: expected a folder of the project, found '../../..'",
        ),
        (put("pyproject.toml", "[tool.harness]\nspecs = '/'\n"), "pyproject.toml:2:1: specs:"),
        (
            put("pyproject.toml", '[tool.harness]\nlean = "a\\u0000b"\n'),
            "pyproject.toml:2:1: lean: expected a folder",
        ),
        (put(SPEC, "theorem: \uffff\n"), f"{SPEC}:1:10: the character U+FFFF cannot be seen"),
        (put(SPEC, "theorem: 07\n"), f"{SPEC}:1:10: 07 is a number to some readers"),
        (put(SPEC, f"theorem: {'9' * 5000}\n"), f"{SPEC}:1:10: expected at most 18 digits"),
        (
            replaced(SPEC, "says: ", f"source: {{a: {'x' * 5000}}}\nsays: "),
            f"{SPEC}:2:9: expected text",
        ),
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
        (put("lean/lakefile.toml", f"x = {'9' * 5000}"), "lean/lakefile.toml:1:1: not TOML"),
        (put("lean/lakefile.toml", f"{'a.' * 9000}a = 1"), "lean/lakefile.toml:1:1: nested too"),
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
        (["check", "--leg", "symbolic", "--json", ""], 2, "expected a file, found a folder"),
        (["check", "--json", "/tmp/x.y", "--html", "/tmp/../tmp/x.y"], 2, "cannot be one file"),
        (["check", "--time-limit", "nan"], 2, "is not a finite number"),
        (["check", "--time-limit", "inf"], 2, "is not a finite number"),
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


def test_a_byte_order_mark_in_the_settings(project: Path) -> None:
    path = project / "pyproject.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert harness(project, "list").exit_code == 0


@pytest.mark.parametrize("character", ["\u200b", "\ufe0f", "\u00a0"])
def test_settings_of_other_tools_are_theirs(project: Path, character: str) -> None:
    path = project / "pyproject.toml"
    path.write_text(f"{path.read_text('utf-8')}\n[x]\na = '{character}'\n", "utf-8")
    assert harness(project, "list").exit_code == 0


def test_mistakes_of_all_files_come_at_once(project: Path) -> None:
    """Also where one of them is so long or so deep that it ended the whole run."""
    for number, (old, new) in enumerate(
        [
            ("= ", "= -" + "-" * 3000),
            ("= ", "= " + "flip(" * 494),
            ("says: ", "# \u2028\nsays: "),
            ("then: ", "than: "),
        ]
    ):
        text = (project / SPEC).read_text("utf-8")
        assert old in text
        (project / "specs" / f"wrong{number}.yaml").write_text(text.replace(old, new), "utf-8")
    done = harness(project, "check", "--leg", "symbolic")
    assert done.exit_code == 2
    for number in range(4):
        assert f"specs/wrong{number}.yaml:" in done.output
    put("specs/definitions.yaml", "namespace: 07\n")(project)
    put("specs/lock.yaml", "lean: \u2029\n")(project)
    done = harness(project, "check", "--leg", "symbolic")
    assert done.exit_code == 2
    for name in ("definitions", "lock", "wrong2", "wrong3"):
        assert f"specs/{name}.yaml:" in done.output


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ":1:1: not a report of this harness: not JSON"),
        (b'{\n "a": ,', ":2:7: not a report of this harness: not JSON"),
        (b"[" * 100_000, ":1:1: not a report of this harness: nested too deeply"),
        (b"9" * 5000, ":1:1: not a report of this harness: "),
        (b"NaN", ":1:1: not a report of this harness: ValueError: NaN is no number"),
        (b"\xff", ":1:1: not a report of this harness: not UTF-8 text"),
        (b"[]", ":1:1: not a report of this harness: $: [] is not of type 'object'"),
        (b'{"schema": 3}', ":1:1: not a report of this harness: $"),
    ],
)
def test_reports_that_are_none(
    project: Path, tmp_path: Path, content: bytes, expected: str
) -> None:
    old = tmp_path / "old.json"
    old.write_bytes(content)
    for arguments in (["diff", str(old), str(old)], ["check", "--since", str(old)]):
        done = harness(project, *arguments)
        assert done.exit_code == 2
        assert f"{old}{expected}" in done.output


@pytest.mark.parametrize("name", ["\\ud800", "\\u001b[2J", "\\n", "\\u202e"])
def test_reports_of_what_nobody_can_claim(project: Path, tmp_path: Path, name: str) -> None:
    old = tmp_path / "old.json"
    ask = ["check", "--leg", "symbolic", SPEC, "--json", str(old)]
    assert harness(project, *ask).exit_code == 0
    text = old.read_text("utf-8")
    assert "flip_compose" in text
    old.write_text(text.replace("flip_compose", f"flip{name}compose"), "utf-8")
    for arguments in (["diff", str(old), str(old)], ["check", "--since", str(old)]):
        done = harness(project, *arguments)
        assert done.exit_code == 2, done.output
        assert f"{old}:1:1: not a report of this harness: " in done.output


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"started": "2', '"started": "x2'),
        ("flip_compose", "flip\\u202ecompose"),
        ("flip_compose", "flip\\ud800compose"),
    ],
)
def test_records_of_what_no_run_was(project: Path, tmp_path: Path, old: str, new: str) -> None:
    ask = ["check", "--leg", "symbolic", SPEC, "--history", str(tmp_path / "runs")]
    assert harness(project, *ask).exit_code == 0
    [record] = (tmp_path / "runs").iterdir()
    text = record.read_text("utf-8")
    assert old in text
    record.write_text(text.replace(old, new), "utf-8")
    done = harness(project, *ask)
    assert done.exit_code == 2
    assert f"{record}:1:1: not a record of a run: " in done.output
    record.unlink()
    os.mkfifo(record)
    assert harness(project, *ask).exit_code == 2


def save(path: Path, matrix: object) -> Path:
    np.save(path, np.asarray(matrix))
    return path


def test_matrices_that_are_none(project: Path, tmp_path: Path) -> None:
    good = save(tmp_path / "good.npy", np.eye(4))
    whole = good.read_bytes()
    damaged = [b"", whole[:3], whole[:20], whole[:100], whole.replace(b"'shape'", b"'shapx'")]
    damaged += [whole.replace(b"(4, 4)", b"(4, 4"), whole.replace(b"(4, 4)", b"(9,-1)")]
    damaged += [b"PK\x03\x04nothing", whole.replace(b"'<f8'", b"'|O8'"), b"\x80\x04N."]
    files = []
    for number, data in enumerate(damaged):
        files.append(tmp_path / f"{number}.npy")
        files[-1].write_bytes(data)
    huge = np.eye(4) * 1e200
    wrong = [
        huge,
        np.full((4, 4), np.nan),
        np.full((4, 4), np.inf),
        np.eye(3),
        np.zeros((0, 0)),
        1.0,
    ]
    files += [save(tmp_path / f"w{number}.npy", matrix) for number, matrix in enumerate(wrong)]
    for file in files:
        done = harness(project, "horizon", str(file), "--layout", "interleaved")
        assert done.exit_code == 2, (file, done.output)
        assert f"{file}:1:1: expected" in done.output
    for option in (
        ["--base", "nan"],
        ["--base", "inf"],
        ["--base", "1e-320"],
        ["--tolerance", "nan"],
        ["--until", "9" * 400],
        ["--frequencies", str(files[0])],
    ):
        done = harness(project, "horizon", str(good), "--layout", "half-split", *option)
        assert done.exit_code == 2, (option, done.output)
    assert harness(project, "horizon", str(good), "--layout", "half-split").exit_code == 0

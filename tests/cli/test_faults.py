"""A fault of the machine costs no verdict, and a project that is only read stays as it is."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner, Result

from harness import start
from harness.cli import main

ISOMETRY = Path(__file__).parents[1] / "fixtures" / "isometry"
SPEC = "specs/flip_compose.yaml"
ASK = ("check", "--leg", "symbolic", SPEC)

WATCHED = """
import sys
project, *arguments = sys.argv[1:]
def seen(event, arguments):
    if event in ("open", "sqlite3.connect", "os.listdir", "os.scandir"):
        if str(arguments[0]).startswith(project + "/.cache"):
            print("OPENED", arguments[0], file=sys.stderr)
    if event == "import" and arguments[0] in ("diskcache", "shelve", "dbm"):
        print("IMPORTED", arguments[0], file=sys.stderr)
sys.addaudithook(seen)
from harness import start
from harness.cli import main
main(["-C", project, *arguments])
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HARNESS_CACHE_DIR", str(tmp_path / "cache"))
    shutil.copytree(ISOMETRY, tmp_path / "p")
    monkeypatch.chdir(tmp_path / "p")
    return tmp_path / "p"


def harness(*arguments: str) -> Result:
    done = CliRunner().invoke(main, list(arguments))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert "Traceback" not in done.output
    return done


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def refuted(project: Path) -> None:
    spec = project / SPEC
    text = spec.read_text("utf-8")
    assert "= B" in text
    spec.write_text(text.replace("= B", "= -B"), "utf-8")


# -- what is kept ----------------------------------------------------------------------------------


def test_nothing_is_written_below_a_project_nor_believed_there(
    project: Path, tmp_path: Path
) -> None:
    """Not even looked at: what lies in `.cache` came with the sources."""
    (project / ".cache" / "evidence").mkdir(parents=True)
    (project / ".cache" / "evidence" / "cache.db").write_bytes(b"SQLite format 3\0")
    before = files(project)
    environment = {**os.environ, "HOME": str(tmp_path), "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-P", "-c", WATCHED, str(project), *ASK],
        capture_output=True,
        text=True,
        env=environment,
        cwd=project,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "OPENED" not in done.stderr
    assert "IMPORTED" not in done.stderr
    assert files(project) == before
    assert list((tmp_path / "cache").rglob("*.json"))


def test_kept_answers_can_be_left_alone(project: Path, tmp_path: Path) -> None:
    assert harness(*ASK, "--no-cache").exit_code == 0
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("kind", ["a file", "a folder in the way", "no such device"])
def test_without_a_place_to_keep_anything_the_run_goes_on(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    if kind == "a file":
        (tmp_path / "cache").touch()
    elif kind == "a folder in the way":
        assert harness(*ASK).exit_code == 0
        for entry in (tmp_path / "cache").rglob("*.json"):
            entry.unlink()
            entry.mkdir()
    else:
        monkeypatch.setenv("HARNESS_CACHE_DIR", "/proc/nowhere")
    done = harness(*ASK)
    assert done.exit_code == 0, done.output
    assert "1 claim: 1 confirmed" in done.output
    assert done.output.count("for the next run") == 1


def test_a_full_disk_is_told_once(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("harness.keeping.write_atomically", full)
    done = harness("check", "--leg", "symbolic")
    assert done.exit_code == 0, done.output
    assert done.output.count("answers are not kept for the next run: No space left") == 1


@pytest.mark.parametrize("damage", [b"", b"\0" * 100, b"{}", b"[[[["])
def test_damaged_answers_are_found_again(project: Path, tmp_path: Path, damage: bytes) -> None:
    assert harness(*ASK).exit_code == 0
    [entry] = (tmp_path / "cache").rglob("evidence/*/*.json")
    whole = entry.read_bytes()
    entry.write_bytes(damage or whole[: len(whole) // 2])
    assert harness(*ASK).exit_code == 0
    assert entry.stat().st_size > len(whole) // 2


@pytest.mark.slow
def test_a_claim_too_deep_for_the_engines_costs_no_other_its_answer(
    project: Path, tmp_path: Path
) -> None:
    """Each text is of a fair size; unfolded they are too deep, and twice as large each time."""
    definitions = project / "specs" / "definitions.yaml"
    text, called = definitions.read_text("utf-8").rstrip() + "\n", "x"
    for number in range(30):
        text += f"  d{number}:\n    says: More.\n    for: {{x: scalar}}\n"
        text += f"    is: {called} + {called}{' + x' * 60}\n"
        called = f"d{number}(x)"
    definitions.write_text(text, "utf-8")
    bomb = f"theorem: bomb\nsays: Much.\nfor: {{x: scalar}}\nthen: {called} = x\n"
    (project / "specs" / "bomb.yaml").write_text(bomb, "utf-8")
    files = [tmp_path / "x.html", tmp_path / "x.json"]
    options = ["--html", str(files[0]), "--json", str(files[1]), "--time-limit", "20"]
    done = harness("check", "--leg", "symbolic", SPEC, "specs/bomb.yaml", *options)
    assert done.exit_code == 3, done.output
    assert "2 claims: 1 undecided, 1 confirmed" in done.output
    assert all(path.is_file() for path in files)


# -- what is told ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("is_true", "code"), [(True, 3), (False, 1)])
def test_a_report_that_cannot_be_written(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_true: bool, code: int
) -> None:
    """The verdict is printed all the same; and no new file stands beside an old one."""
    if not is_true:
        refuted(project)
    (tmp_path / "out").mkdir()
    targets = {kind: tmp_path / "out" / f"x.{kind}" for kind in ("json", "html")}
    for path in targets.values():
        path.write_text("old")

    real = os.fsync
    count = iter(range(10))

    def full(handle: int) -> None:
        if next(count):
            raise OSError(28, "No space left on device")
        real(handle)

    monkeypatch.setattr(os, "fsync", full)
    options = [text for kind, path in targets.items() for text in (f"--{kind}", str(path))]
    done = harness(*ASK, *options)
    assert done.exit_code == code, done.output
    assert "1 claim: 1 " + ("confirmed" if is_true else "refuted") in done.output
    assert str(targets["html"]) in done.output
    assert "not written: No space left on device" in done.output
    assert {path.read_text() for path in targets.values()} == {"old"}
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_a_reporter_that_fails_costs_no_verdict(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> str:
        raise RecursionError("too deep")

    monkeypatch.setattr("harness.report.html.to_html", broken)
    paths = tmp_path / "x.html", tmp_path / "x.json"
    done = harness(*ASK, "--html", str(paths[0]), "--json", str(paths[1]))
    assert done.exit_code == 3
    assert "1 claim: 1 confirmed" in done.output
    assert f"html: {paths[0]}: not written: RecursionError" in done.output
    assert not any(path.exists() for path in paths)


def test_devices_pipes_and_links_stay_what_they_are(project: Path, tmp_path: Path) -> None:
    pipe, link, target = tmp_path / "pipe", tmp_path / "link", tmp_path / "target"
    os.mkfifo(pipe)
    target.write_text("old")
    link.symlink_to(target)
    read: list[str] = []
    reader = Thread(target=lambda: read.append(pipe.read_text("utf-8")))
    reader.start()
    done = harness(*ASK, "--html", str(pipe), "--json", str(link), "--junit", os.devnull)
    reader.join(timeout=60)
    assert done.exit_code == 0, done.output
    assert pipe.is_fifo()
    assert link.is_symlink()
    assert Path(os.devnull).is_char_device()
    assert "</html>" in read[0]
    assert target.read_text("utf-8").startswith("{")


def test_what_is_printed_is_not_written_over(project: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    with out.open("wb") as file:
        command = [sys.executable, "-m", "harness", *ASK, "--json", "/dev/stdout"]
        done = subprocess.run(command, stdout=file, stderr=subprocess.PIPE, cwd=project)
    assert done.returncode == 0, done.stderr
    text = out.read_text("utf-8")
    written, _, last = text.partition("json: /dev/stdout\n")
    assert '"schema": "lean-harness/report/2"' in written
    assert last.strip().startswith("1 claim: 1 confirmed")


@pytest.mark.parametrize("reader", ["gone", "full"])
def test_who_does_not_read_to_the_end_changes_no_verdict(
    project: Path, tmp_path: Path, reader: str
) -> None:
    target = tmp_path / "x.json"
    command = [sys.executable, "-m", "harness", *ASK, "--json", str(target)]
    if reader == "full":
        with open("/dev/full", "wb") as full:
            done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, cwd=project)
        assert b"the verdicts could not be printed: No space left" in done.stderr
    else:
        near, far = os.pipe()
        os.close(near)
        done = subprocess.run(command, stdout=far, stderr=subprocess.PIPE, cwd=project)
        os.close(far)
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
    assert target.read_text("utf-8").startswith("{")


def test_a_terminal_that_knows_ascii_alone(project: Path) -> None:
    spec = project / SPEC
    text = spec.read_text("utf-8")
    spec.write_text(text + "waive: {numeric: 'Θ → Λ takes too long'}\n", "utf-8")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "COLUMNS": "200", "PYTHONUTF8": "0"}
    for arguments in (ASK, ("explain", "flip_compose"), ("explain", "Θ")):
        command = [sys.executable, "-m", "harness", *arguments]
        done = subprocess.run(command, capture_output=True, cwd=project, env=environment)
        said = (done.stdout + done.stderr).decode("ascii")
        assert "Error" not in said, said
        assert done.returncode == (2 if arguments[1] == "Θ" else 0), said
        if arguments == ASK:
            assert "+ confirmed" in said


def test_waivers_and_doubts_are_shown(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the terminal, in every file, and on GitHub; those of a definition that is used as well."""
    spec, definitions = project / SPEC, project / "specs" / "definitions.yaml"
    text = spec.read_text("utf-8").replace("for:\n", "for:\n  v, \u03bd: scalar\n")
    spec.write_text(f'{text}waive: {{numeric: "Its time\\n\\n✓ has not come."}}\n', "utf-8")
    spec.write_text(spec.read_text("utf-8").replace("= B", "= k\u03bfk(v) * B"), "utf-8")
    more = "  k\u03bfk:\n    says: Itself.\n    for: {x: scalar}\n    is: x\n"
    definitions.write_text(definitions.read_text("utf-8").rstrip() + f"\n{more}", "utf-8")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    files = {kind: tmp_path / f"x.{kind}" for kind in ("json", "html", "summary")}
    options = [word for kind, path in files.items() for word in (f"--{kind}", str(path))]
    done = harness("check", "--leg", "symbolic", "--leg", "numeric", SPEC, *options)
    output = " ".join(done.output.split())
    waived = "note: flip_compose: numeric is waived (refuted): Its time ✓ has not come."
    assert waived in done.output.splitlines()  # nothing in it begins a line as ours do
    alike = "these names look alike: \u03bd (\u03bd is U+03BD) and v"
    mixed = "not all letters of this name are Latin ones: k\u03bfk (\u03bf is U+03BF)"
    assert f"warning: {SPEC}:4:3: {alike}" in output
    assert f"warning: specs/definitions.yaml:29:3: {mixed}" in output
    assert f"::warning file={SPEC},line=4,col=3::{alike}" in output
    for kind, path in files.items():
        for words in (alike, mixed):
            said = path.read_text("utf-8").replace("\\", "")
            assert words in said, kind


@pytest.mark.parametrize("name", ["harness.cli.main", "harness.cli.import_module"])
def test_an_early_interrupt_is_no_verdict(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """While the command line, or the command itself, is being imported: 1 would be *refuted*."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys, "argv", ["harness", "list"])
    monkeypatch.setattr(name, interrupted)
    with pytest.raises(SystemExit) as ended:
        start.main()
    assert ended.value.code == 130


@pytest.mark.parametrize("ending", ["yaml", "yml", "YAML", "Yml"])
def test_no_specification_is_passed_over(project: Path, ending: str) -> None:
    spec = project / SPEC
    text = spec.read_text("utf-8").replace("theorem: flip_compose", "theorem: another")
    (spec.parent / f"another.{ending}").write_text(text, "utf-8")
    assert "another" in harness("-C", str(project), "list").output

"""The harness's own modules in Lean: compiled once, whole or not at all, and imported."""

from pathlib import Path
from threading import Event

import pytest

from harness.lean.audit.inspection import inspector
from harness.lean.execution.program import runner
from harness.lean.find import find_toolchain
from harness.lean.own import NotCompiled, compiled
from harness.lean.toolchain import Caller
from tests.lean.fake import FakeToolchain

TEXTS = {"LeanHarness.Some": "module"}


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HARNESS_CACHE_DIR", str(tmp_path / "user"))
    return tmp_path / "user"


def test_it_is_compiled_once_for_a_lean_and_a_text(tmp_path: Path) -> None:
    lean = FakeToolchain()
    folder = compiled(TEXTS, Caller(lean, tmp_path / "one"))
    assert compiled(TEXTS, Caller(lean, tmp_path / "another project")) == folder
    assert lean.checked == ["LeanHarness/Some.lean"]
    assert (folder / "LeanHarness" / "Some.olean").is_file()
    assert compiled({"LeanHarness.Some": "module -- new"}, Caller(lean, tmp_path)) != folder
    assert compiled(TEXTS, Caller(FakeToolchain(identity="other"), tmp_path)) != folder
    assert len(lean.checked) == 2


@pytest.mark.parametrize("damage", ["changed", "gone", "more"])
def test_what_was_damaged_is_compiled_again(tmp_path: Path, damage: str) -> None:
    lean = FakeToolchain()
    folder = compiled(TEXTS, Caller(lean, tmp_path))
    olean = folder / "LeanHarness" / "Some.olean"
    good = olean.read_bytes()
    if damage == "changed":
        olean.write_bytes(good + b"!")
    elif damage == "gone":
        olean.unlink()
    else:
        (folder / "LeanHarness" / "Some.olean.private").write_bytes(b"another")
    assert compiled(TEXTS, Caller(lean, tmp_path)) == folder
    assert olean.read_bytes() == good
    assert len(lean.checked) == 2


def test_what_does_not_compile_is_told_and_not_kept(tmp_path: Path) -> None:
    lean = FakeToolchain()
    for _ in range(2):
        with pytest.raises(NotCompiled, match=r"LeanHarness\.Bad does not compile: .*it is bad"):
            compiled({"LeanHarness.Bad": "bad"}, Caller(lean, tmp_path))
    with pytest.raises(NotCompiled):  # it says that all is well, and writes nothing
        compiled(TEXTS, Caller(FakeToolchain(writes=False), tmp_path))
    assert len(lean.checked) == 2


def test_who_wants_one_that_is_there_does_not_wait_while_another_is_compiled(
    tmp_path: Path,
) -> None:
    folder = compiled(TEXTS, Caller(FakeToolchain(), tmp_path))
    impatient, found = Event(), list[Path]()
    impatient.set()

    def meanwhile(_: str) -> None:
        found.append(compiled(TEXTS, Caller(FakeToolchain(), tmp_path, stop=impatient)))

    busy = FakeToolchain(before=meanwhile)
    compiled({"LeanHarness.Other": "module"}, Caller(busy, tmp_path))
    assert found == [folder]


def test_the_project_keeps_it_where_the_user_cannot(tmp_path: Path, kept: Path) -> None:
    kept.write_text("no folder")
    folder = compiled(TEXTS, Caller(FakeToolchain(), tmp_path / "project"))
    assert folder.is_relative_to(tmp_path / "project")


USES_A_CLOSURE = """
meta def shout (done : String) (c : Char) : String := done.push c.toUpper

meta partial def folded (f : String → Char → String) (done : String) : List Char → String
  | [] => done
  | c :: rest => folded f (f done c) rest

public meta def loud (text : String) : String := folded shout "<" text.toList
"""
CALLS = """module
public meta import Lean
meta import all LeanHarness.Some
run_cmd
  IO.FS.writeFile "answer.txt" (loud "it runs")
"""


@pytest.mark.lean
def test_lean_runs_functions_that_it_imports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is handed on as a value is called in its boxed form, which has a name of its own."""
    monkeypatch.delenv("HARNESS_CACHE_DIR")
    lean = find_toolchain("embedded")
    monkeypatch.setenv("HARNESS_CACHE_DIR", str(tmp_path / "user"))
    texts = {"LeanHarness.Some": f"module\npublic meta import Lean\n{USES_A_CLOSURE}"}
    folder = compiled(texts, Caller(lean, tmp_path))
    (tmp_path / "Calls.lean").write_text(CALLS)
    run = lean.run(["--json", "Calls.lean"], root=tmp_path, lean_path=[folder], writable=[tmp_path])
    assert run.ok, run.complaint
    assert (tmp_path / "answer.txt").read_text() == "<IT RUNS"


def test_every_module_of_ours_has_a_name_that_no_package_may_have() -> None:
    for name in (*inspector(), *runner()):
        assert name.startswith("LeanHarness.")

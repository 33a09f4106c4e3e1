"""What is built, what is not built again, and what an error does to the modules above it."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.lean.build import Build, ModuleOutcome, build
from harness.lean.messages import Message
from harness.lean.package import read_package
from harness.lean.process import Stopped
from tests.lean.fake import FakeToolchain

BUILT, CACHED = ModuleOutcome.BUILT, ModuleOutcome.CACHED
FAILED, BLOCKED = ModuleOutcome.FAILED, ModuleOutcome.BLOCKED
UNDECIDED = ModuleOutcome.UNDECIDED


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Demo imports B and C, and both import A."""
    root = tmp_path / "package"
    root.mkdir()
    (root / "lakefile.toml").write_text('name = "Demo"\n[[lean_lib]]\nname = "Demo"\n')
    (root / "Demo.lean").write_text("module\nimport B\nimport C\n")
    (root / "A.lean").write_text("module\n")
    (root / "B.lean").write_text("module\nimport A\n")
    (root / "C.lean").write_text("module\nimport A\n-- sorry\n")
    return root


@pytest.fixture
def run(root: Path, tmp_path: Path) -> Callable[..., Build]:
    def again(toolchain: FakeToolchain | None = None, **settings: object) -> Build:
        package = read_package(root)
        lean = toolchain or FakeToolchain()
        return build(package, lean, build_dir=tmp_path / "out", **settings)  # type: ignore[arg-type]

    return again


def outcomes(built: Build) -> dict[str, ModuleOutcome]:
    return {name: module.outcome for name, module in built.modules.items()}


def test_each_module_once_after_its_imports(run: Callable[..., Build]) -> None:
    lean = FakeToolchain()
    built = run(lean)
    assert built.ok
    assert set(outcomes(built).values()) == {BUILT}
    assert sorted(lean.checked) == ["A.lean", "B.lean", "C.lean", "Demo.lean"]
    assert lean.checked[0] == "A.lean"
    assert lean.checked[-1] == "Demo.lean"
    assert (built.library / "A.olean").read_text() == "olean of module\n"


def test_nothing_changed_nothing_checked(run: Callable[..., Build]) -> None:
    first = run()
    lean = FakeToolchain()
    second = run(lean)
    assert lean.checked == []
    assert set(outcomes(second).values()) == {CACHED}
    assert second.key == first.key
    # A warning is part of what is known of a module; it is not lost by being cached.
    assert [m.text for m in second.modules["C"].messages] == ["declaration uses `sorry`"]


def test_a_change_reaches_all_that_import_it(root: Path, run: Callable[..., Build]) -> None:
    first = run()
    (root / "B.lean").write_text("module\nimport A\n-- changed\n")
    second = run()
    assert outcomes(second) == {"A": CACHED, "B": BUILT, "C": CACHED, "Demo": BUILT}
    assert second.key != first.key


def test_another_toolchain_or_option_builds_anew(root: Path, run: Callable[..., Build]) -> None:
    run()
    assert set(outcomes(run(FakeToolchain(identity="other"))).values()) == {BUILT}
    with (root / "lakefile.toml").open("a") as lakefile:
        lakefile.write("leanOptions = {autoImplicit = false}\n")
    assert set(outcomes(run(FakeToolchain(identity="other"))).values()) == {BUILT}


@pytest.mark.parametrize("damage", ["edit", "truncate", "delete", "delete part", "record", "swap"])
def test_what_was_tampered_with_is_built_anew(
    run: Callable[..., Build], tmp_path: Path, damage: str
) -> None:
    run()
    olean = tmp_path / "out" / "lib" / "B.olean"
    record = tmp_path / "out" / "records" / "B.json"
    if damage == "edit":
        olean.write_bytes(olean.read_bytes()[:-1] + b"x")
    elif damage == "truncate":
        olean.write_bytes(olean.read_bytes()[:3])
    elif damage == "delete":
        olean.unlink()
    elif damage == "delete part":
        olean.with_name("B.olean.private").unlink()
    elif damage == "record":
        forged = record.read_text().replace(r"\"seconds\": 0.1", r"\"seconds\": 0.2")
        assert forged != record.read_text()
        record.write_text(forged)
    elif damage == "swap":
        record.write_text((tmp_path / "out" / "records" / "A.json").read_text())
    assert outcomes(run()) == {"A": CACHED, "B": BUILT, "C": CACHED, "Demo": CACHED}
    assert olean.read_text() == "olean of module\nimport A\n"


def test_an_error_stands_at_its_place_and_blocks_what_is_above(
    root: Path, run: Callable[..., Build]
) -> None:
    run()
    (root / "B.lean").write_text("module\nimport A\nbad\n")
    built = run()
    assert not built.ok
    assert outcomes(built) == {"A": CACHED, "B": FAILED, "C": CACHED, "Demo": BLOCKED}
    assert built.modules["Demo"].blocked_by == ("B",)
    assert built.modules["Demo"].messages == ()
    assert [str(error) for error in built.errors] == ["B.lean:2:3: error: it is bad"]
    # Nothing of an earlier build can stand in for what failed.
    assert not (built.library / "B.olean").exists()
    assert not (built.library / "Demo.olean").exists()
    (root / "B.lean").write_text("module\nimport A\n")
    assert outcomes(run()) == {"A": CACHED, "B": BUILT, "C": CACHED, "Demo": BUILT}


def test_what_is_known_to_fail_is_not_tried_again_unless_it_changes(
    root: Path, run: Callable[..., Build]
) -> None:
    (root / "B.lean").write_text("module\nimport A\nbad\n")
    first = run()
    lean = FakeToolchain()
    again = run(lean, known=first.modules.values())
    assert lean.checked == []
    assert outcomes(again) == {"A": CACHED, "B": FAILED, "C": CACHED, "Demo": BLOCKED}
    assert again.errors == first.errors
    (root / "A.lean").write_text("module\n-- changed\n")
    run(lean, known=first.modules.values())
    assert sorted(lean.checked) == ["A.lean", "B.lean", "C.lean"]


def test_lean_that_writes_nothing_is_not_believed(run: Callable[..., Build]) -> None:
    built = run(FakeToolchain(writes=False))
    assert outcomes(built)["A"] is UNDECIDED
    assert built.errors[0].text == "Lean wrote no .olean."


def test_what_the_build_tool_says_counts(run: Callable[..., Build]) -> None:
    said = (
        Message("B.lean", 1, 1, "error", "only lake sees this"),
        Message("", 0, 0, "error", "build failed"),
    )
    built = run(FakeToolchain(elsewhere=said))
    assert outcomes(built) == {"A": BUILT, "B": FAILED, "C": BUILT, "Demo": BLOCKED}
    assert built.messages == said[1:]
    alone = run(FakeToolchain(elsewhere=said[1:]))
    assert all(module.ok for module in alone.modules.values())
    assert not alone.ok


def test_imports_in_a_circle(root: Path, run: Callable[..., Build]) -> None:
    (root / "A.lean").write_text("module\nimport C\n")
    built = run()
    assert outcomes(built) == {"A": FAILED, "B": BLOCKED, "C": FAILED, "Demo": BLOCKED}
    text = "imports go in a circle: A → C → A"
    assert built.modules["A"].messages == (Message("A.lean", 2, 8, "error", text),)


def test_a_module_that_is_gone_cannot_be_imported(root: Path, run: Callable[..., Build]) -> None:
    built = run()
    (root / "B.lean").unlink()
    (root / "Demo.lean").write_text("module\nimport C\n")
    assert set(outcomes(run())) == {"A", "C", "Demo"}
    assert not list(built.library.glob("B.*"))


def test_independent_modules_are_checked_at_once(run: Callable[..., Build]) -> None:
    both = threading.Barrier(2, timeout=20)

    def meet(source: str) -> None:
        if source in ("B.lean", "C.lean"):
            both.wait()

    assert run(FakeToolchain(before=meet), jobs=2).ok


def test_a_run_that_is_called_off(run: Callable[..., Build], tmp_path: Path) -> None:
    stop = threading.Event()

    def slow(source: str) -> None:
        if source == "B.lean":
            stop.set()
            raise Stopped("lean", "the run was called off")

    with pytest.raises(Stopped):
        run(FakeToolchain(before=slow), stop=stop, jobs=1)
    assert not list((tmp_path / "out").glob(".building-*"))
    assert outcomes(run())["A"] is CACHED


def test_a_module_that_takes_too_long_fails_alone(run: Callable[..., Build]) -> None:
    def slow(source: str) -> None:
        if source == "B.lean":
            raise Stopped("lean", "it took more than 5 s")

    built = run(FakeToolchain(before=slow))
    assert outcomes(built) == {"A": BUILT, "B": UNDECIDED, "C": BUILT, "Demo": BLOCKED}
    assert built.errors[0].text == "Stopped: it took more than 5 s."


def test_a_failed_write_leaves_no_half(
    run: Callable[..., Build], root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    (root / "B.lean").write_text("module\nimport A\n-- changed\n")
    real = Path.open

    def full(path: Path, *args: object, **kwargs: object) -> object:
        if path.name == "B.olean.private":
            raise OSError(28, "No space left on device")
        return real(path, *args, **kwargs)  # type: ignore[call-overload]

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", full)
        with pytest.raises(OSError, match="No space left"):
            run()
    assert outcomes(run()) == {"A": CACHED, "B": BUILT, "C": CACHED, "Demo": BUILT}


def test_a_file_that_was_read_while_building_changes(root: Path, run: Callable[..., Build]) -> None:
    (root / "data.txt").write_text("1")
    lean = FakeToolchain(looks_for=("data.txt", "more.txt"))
    first = run(lean)
    assert set(outcomes(run(lean)).values()) == {CACHED}
    (root / "unread.txt").write_text("")
    assert set(outcomes(run(lean)).values()) == {CACHED}
    (root / "data.txt").write_text("2")
    second = run(lean)
    assert outcomes(second)["A"] is BUILT
    # What was found in the package before is found again only if the package is what it was.
    assert second.key == first.key
    (root / "more.txt").write_text("now it is there")
    assert outcomes(run(lean))["A"] is BUILT
    (root / "data.txt").write_text("bad")
    lean.before = lambda source: (root / source).write_text("module\nbad\n")
    assert outcomes(run(lean))["A"] is FAILED


def test_other_outputs_are_another_package(root: Path, run: Callable[..., Build]) -> None:
    """The same sources with another file that they include: nothing that was kept may stand."""
    (root / "data.txt").write_text("1")
    real = FakeToolchain.run

    def including(self: FakeToolchain, *words: object, **named: object) -> object:
        done = real(self, *words, **named)  # type: ignore[arg-type]
        arguments = words[0]
        assert isinstance(arguments, list)
        olean = arguments[arguments.index("-o") + 1]
        olean.write_text(olean.read_text() + (root / "data.txt").read_text())
        return done

    lean = FakeToolchain(looks_for=("data.txt",))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FakeToolchain, "run", including)
        first = run(lean)
        (root / "data.txt").write_text("2")
        second = run(lean)
    assert set(outcomes(second).values()) == {BUILT}
    assert second.key != first.key
    assert second.modules["A"].key != first.modules["A"].key


def test_what_was_read_must_be_told(run: Callable[..., Build]) -> None:
    real = FakeToolchain.run

    def silent(self: FakeToolchain, *words: object, **named: object) -> object:
        return real(self, *words, **{**named, "reads": None})  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FakeToolchain, "run", silent)
        assert outcomes(run())["A"] is UNDECIDED


@pytest.mark.parametrize("exit_code", [-9, 1, 137])
def test_a_lean_that_dies_decides_nothing(run: Callable[..., Build], exit_code: int) -> None:
    built = run(FakeToolchain(dies=exit_code))
    assert outcomes(built) == {"A": UNDECIDED, "B": BLOCKED, "C": BLOCKED, "Demo": BLOCKED}
    assert built.modules["Demo"].blocked_by == ("A",)
    assert built.errors[0].text == f"Lean ended with exit code {exit_code}.\nKilled"
    assert set(outcomes(run()).values()) == {BUILT}


def test_want_of_code_stops_no_proof(root: Path, run: Callable[..., Build]) -> None:
    (root / "B.lean").write_text("module\nimport A\n-- code\n")
    (root / "C.lean").write_text("module\nimport A\n-- code, and it is bad\n")
    lean = FakeToolchain()
    built = run(lean)
    assert outcomes(built) == {"A": BUILT, "B": BUILT, "C": FAILED, "Demo": BLOCKED}
    assert built.modules["B"].without_code
    assert not built.modules["A"].without_code
    assert lean.checked.count("B.lean") == 2
    again = run()
    assert outcomes(again)["B"] is CACHED
    assert again.modules["B"].without_code


def test_a_lean_that_is_not_the_one_asked_for_refutes_nothing(
    root: Path, run: Callable[..., Build]
) -> None:
    (root / "A.lean").write_text("module\nbad\n")
    assert outcomes(run())["A"] is FAILED
    (root / "lean-toolchain").write_text("leanprover/lean4:v4.9.0\n")
    built = run()
    assert outcomes(built)["A"] is UNDECIDED
    assert built.modules["A"].reason == (
        "the package asks for leanprover/lean4:v4.9.0, and this is Lean 4.0.0"
    )
    assert built.speaker == ("Lean 4.0.0 (embedded; the package asks for leanprover/lean4:v4.9.0)")


def test_what_is_imported_and_is_not_there(root: Path, run: Callable[..., Build]) -> None:
    (root / "A.lean").write_text("module\nimport Mathlib.Tactic\nimport Lean\n")
    built = run()
    assert outcomes(built)["A"] is UNDECIDED
    assert [str(error) for error in built.errors] == [
        "A.lean:2:8: error: It imports Mathlib.Tactic, of a package that is not there."
    ]
    assert "lake update" in built.modules["A"].reason
    (root / "A.lean").write_text("module\nimport Demo.Gone\n")
    built = run()
    assert outcomes(built)["A"] is FAILED
    assert [str(error) for error in built.errors] == [
        "A.lean:2:8: error: There is no module Demo.Gone: no file Demo/Gone.lean in the package."
    ]


def test_what_code_leaves_among_the_outputs(
    root: Path, run: Callable[..., Build], tmp_path: Path
) -> None:
    (root / "A.lean").write_text("module\n-- litter\n")
    built = run()
    assert built.ok, built.errors
    assert sorted(p.name for p in built.library.glob("A.*")) == [
        "A.ilean",
        "A.olean",
        "A.olean.private",
    ]
    assert not (built.library / "Other.olean").exists()
    assert not list((tmp_path / "out").glob(".building-*"))
    assert set(outcomes(run()).values()) == {CACHED}


def test_what_killed_builds_left_behind_is_removed(
    run: Callable[..., Build], tmp_path: Path
) -> None:
    (tmp_path / "out" / ".building-dead" / "out").mkdir(parents=True)
    (tmp_path / "out" / "lib" / "A.folder").mkdir(parents=True)
    (tmp_path / "out" / "lib" / "Old.olean").write_text("")
    built = run()
    assert built.ok
    assert not list((tmp_path / "out").glob(".building-*"))
    assert not list(built.library.glob("Old*"))


def test_notes_of_the_package_are_said(root: Path, run: Callable[..., Build]) -> None:
    with (root / "lakefile.toml").open("a") as lakefile:
        lakefile.write('moreLeanArgs = ["--odd"]\n')
    said: list[str] = []
    run(on_progress=said.append)
    assert said[0] == "lakefile.toml: `moreLeanArgs` has --odd, which is not passed to Lean here."

"""The embedded Lean itself: what it accepts, what it says, and what it may touch."""

import json
from pathlib import Path
from threading import Event

import pytest

from harness.lean.build import ModuleOutcome, build
from harness.lean.find import find_toolchain
from harness.lean.messages import Message
from harness.lean.package import read_package
from harness.lean.process import Stopped
from harness.lean.reads import unchanged
from harness.lean.toolchain import Toolchain, compile_file

pytestmark = pytest.mark.lean

LEAF = "module\npublic section\ntheorem swap (a b : Nat) : a + b = b + a := Nat.add_comm a b\n"
ROOT = "module\npublic import Demo.Leaf\n\ntheorem twice : (1 : Nat) + 2 = 2 + 1 := swap 1 2\n"


@pytest.fixture(scope="module")
def lean() -> Toolchain:
    return find_toolchain("embedded")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "package"
    (root / "Demo").mkdir(parents=True)
    (root / "lakefile.toml").write_text(
        'name = "Demo"\n[leanOptions]\nautoImplicit = false\n[[lean_lib]]\nname = "Demo"\n'
    )
    (root / "Demo.lean").write_text(ROOT)
    (root / "Demo" / "Leaf.lean").write_text(LEAF)
    return root


def test_a_package_from_nothing_to_an_error(lean: Toolchain, root: Path) -> None:
    out = root / ".lake" / "harness"
    built = build(read_package(root), lean, build_dir=out)
    assert built.ok, built.errors
    assert (built.kind, built.version) == ("embedded", "4.28.0-pre")
    assert {m.outcome for m in built.modules.values()} == {ModuleOutcome.BUILT}
    for ending in (".olean", ".olean.private", ".olean.server", ".ilean", ".ir"):
        assert (built.library / "Demo" / f"Leaf{ending}").stat().st_size > 0
    assert sorted(p.name for p in root.iterdir()) == [".lake", "Demo", "Demo.lean", "lakefile.toml"]

    again = build(read_package(root), lean, build_dir=out)
    assert {m.outcome for m in again.modules.values()} == {ModuleOutcome.CACHED}
    assert again.seconds < 1

    (root / "Demo.lean").write_text(ROOT + "theorem gap : 1 = 2 := sorry\n")
    open_ = build(read_package(root), lean, build_dir=out)
    assert open_.ok
    assert open_.modules["Demo.Leaf"].outcome is ModuleOutcome.CACHED
    (warning,) = open_.modules["Demo"].messages
    assert warning == Message("Demo.lean", 5, 9, "warning", "declaration uses `sorry`", 5, 12)

    (root / "Demo" / "Leaf.lean").write_text(LEAF + "theorem no : (1 : Nat) = 2 := by omega\n")
    broken = build(read_package(root), lean, build_dir=out)
    assert not broken.ok
    assert broken.modules["Demo"].outcome is ModuleOutcome.BLOCKED
    assert broken.modules["Demo"].blocked_by == ("Demo.Leaf",)
    assert [(e.file, e.line, e.column) for e in broken.errors] == [("Demo/Leaf.lean", 4, 34)]
    assert "omega could not prove the goal" in broken.errors[0].text


def test_options_of_the_package_hold(lean: Toolchain, root: Path) -> None:
    (root / "Demo" / "Leaf.lean").write_text("module\ntheorem t (v : Fin nn) : v = v := rfl\n")
    built = build(read_package(root), lean, build_dir=root / "out")
    assert [e.text.splitlines()[0] for e in built.errors] == ["Unknown identifier `nn`"]


def test_lean_sees_its_package_and_can_only_write_outputs(
    lean: Toolchain, root: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    (root / "link.txt").symlink_to(secret)
    (root / "inside.txt").write_text("inside")
    source = root / "Probe.lean"
    source.write_text(
        '#eval (do IO.println (← IO.FS.readFile "inside.txt") : IO Unit)\n'
        f'#eval (do IO.println (← IO.FS.readFile "{secret}") : IO Unit)\n'
        '#eval (do IO.println (← IO.FS.readFile "link.txt") : IO Unit)\n'
        '#eval IO.FS.writeFile "inside.txt" "x"\n'
        '#eval IO.FS.removeFile "inside.txt"\n'
        '#eval IO.FS.rename "inside.txt" "other.txt"\n'
        f'#eval IO.FS.writeFile "{root}/new.txt" "x"\n'
        '#eval (do let _ ← IO.Process.output {cmd := "ls"} : IO Unit)\n'
    )
    run = compile_file(lean, source, root=root)
    assert [m.severity for m in run.messages] == ["information"] + ["error"] * 7
    assert run.messages[0].text == "inside"
    assert (root / "inside.txt").read_text() == "inside"
    assert not (root / "new.txt").exists()


def test_what_lean_looks_for_is_written_down(lean: Toolchain, root: Path) -> None:
    (root / "Demo").joinpath("Leaf.lean").unlink()
    (root / "data").mkdir()
    (root / "data" / "switch.txt").write_text("on")
    # A plain file: Lean reads another text in its place, and what lies beside it all the same.
    (root / "Demo.lean").write_text(
        'def mode : String := include_str "data/switch.txt"\n'
        'theorem isOn : mode = "on" := by decide\n'
        '#eval (do let _ ← System.FilePath.readDir "data" : IO Unit)\n'
        '#eval (do let _ ← System.FilePath.pathExists "gone.txt" : IO Unit)\n'
    )
    out = root.parent / "out"
    assert build(read_package(root), lean, build_dir=out).ok

    def is_known() -> bool:
        kept = json.loads((out / "records" / "Demo.json").read_text())
        return unchanged(json.loads(kept["value"])["reads"], root)

    assert is_known()
    (root / "data" / "switch.txt").write_text("off")
    assert not is_known()
    (root / "data" / "switch.txt").write_text("on")
    (root / "gone.txt").write_text("")
    assert not is_known()
    (root / "gone.txt").unlink()
    (root / "data" / "more.txt").write_text("")
    assert not is_known()
    (root / "data" / "more.txt").unlink()
    (root / "unread.txt").write_text("")
    assert is_known()
    again = build(read_package(root), lean, build_dir=out)
    assert again.modules["Demo"].outcome is ModuleOutcome.CACHED
    (root / "data" / "switch.txt").write_text("off")
    broken = build(read_package(root), lean, build_dir=out)
    assert broken.modules["Demo"].outcome is ModuleOutcome.FAILED
    assert [(e.line, e.column) for e in broken.errors] == [(2, 34)]


def test_lean_reads_standard_input_and_says_what_is_wrong(lean: Toolchain, root: Path) -> None:
    run = lean.run(["--json", "--stdin"], root=root, stdin="#check (1 : Nat)\n#check θ.ν\n")
    assert not run.ok
    assert [(m.line, m.column, m.severity) for m in run.messages] == [
        (1, 1, "information"),
        (2, 8, "error"),
    ]
    assert "Unknown identifier `θ.ν`" in run.complaint
    missing = lean.run(["--json", "Missing.lean"], root=root)
    assert missing.exit_code != 0
    assert "no such file" in missing.complaint


def test_a_run_past_its_time_is_stopped(lean: Toolchain, root: Path) -> None:
    endless = "partial def f (n : Nat) : IO Unit := f (n + 1)\n#eval f 0\n"
    with pytest.raises(Stopped, match="more than 8 s"):
        lean.run(["--json", "--stdin"], root=root, stdin=endless, timeout=8.0)
    stop = Event()
    stop.set()
    with pytest.raises(Stopped, match="called off"):
        lean.run(["--json", "--stdin"], root=root, stdin=endless, stop=stop)


def test_a_lean_that_dies_is_not_believed(lean: Toolchain, root: Path) -> None:
    (root / "Demo" / "Leaf.lean").write_text(
        "module\nset_option maxRecDepth 1000000\n"
        "def f : Nat → Nat | 0 => 0 | n + 1 => f n + 1\n"
        "theorem t : f 20000 = 20000 := rfl\n"
    )
    built = build(read_package(root), lean, build_dir=root / "out")
    assert built.modules["Demo.Leaf"].outcome is ModuleOutcome.UNDECIDED
    assert "Lean" in built.errors[0].text

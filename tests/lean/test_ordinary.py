"""Ordinary Lean, as people write it without a thought of us: what the embedded Lean makes of it."""

import shutil
from pathlib import Path

import pytest

from harness.lean.build import Build, ModuleOutcome, build
from harness.lean.find import find_toolchain
from harness.lean.package import read_package

PACKAGES = Path(__file__).parent / "ordinary"

# A byte order mark and the line ends of another system, which a checkout could take away.
UNFOLDS = """\
\ufeffimport Ord.Kept
/-! A definition whose body its module keeps to itself. -/
theorem Kept.unfolded (n : Nat) :
    Kept.twice n = n + n := by
  unfold Kept.twice
  rfl
def text := "a
b"
theorem text_eq : text = "a\\nb" := rfl"""

pytestmark = pytest.mark.lean


def built(root: Path, name: str) -> Build:
    package = root / name
    shutil.copytree(PACKAGES / name, package)
    if name == "good":
        (package / "Ord" / "Unfolds.lean").write_text(UNFOLDS, "utf-8", newline="\r\n")
    return build(read_package(package), find_toolchain("embedded"), build_dir=root / "out")


def test_plain_files_notation_and_want_of_code(tmp_path: Path) -> None:
    """See the files for what is in them; each theorem there is proved only if all of it works."""
    found = built(tmp_path, "good")
    assert not found.errors
    assert {name: m.outcome for name, m in found.modules.items()} == dict.fromkeys(
        [
            *("Ord.Plain", "Ord.Kept", "Ord.Unfolds", "Ord.ℝᵢ", "Ord.Zwei Wörter", "Ord.Uses"),
            *("Ord.2d", "Ord.Code", "Ord.Twice", "Ord"),
        ],
        ModuleOutcome.BUILT,
    )
    # A module that needs no such thing is taken as it is.
    assert not found.modules["Ord.Kept"].without_code
    assert found.modules["Ord.Code"].without_code
    said = [str(m) for m in found.modules["Ord.Plain"].messages]
    assert said == [
        "Ord/Plain.lean:53:1: information: hidden (n : Nat) : Nat",
        "Ord/Plain.lean:54:1: information: 10",
    ]


def test_what_lean_refuses_and_what_it_cannot_do_are_two_things(tmp_path: Path) -> None:
    found = built(tmp_path, "bad")
    failed, undecided = ModuleOutcome.FAILED, ModuleOutcome.UNDECIDED
    assert {name: m.outcome for name, m in found.modules.items()} == {
        "Bad.False": failed,
        "Bad.Code": failed,
        "Bad.Native": undecided,
        "Bad.Option": undecided,
        "Bad.Beats": undecided,
        "Bad.Gone": failed,
        "Bad.Far": undecided,
        "Bad": ModuleOutcome.BLOCKED,
    }
    # All errors of all files in one run, at the author's lines and columns, and no other.
    assert set(found.modules["Bad"].blocked_by) == set(found.modules) - {"Bad"}
    assert [
        (e.file.removeprefix("Bad/"), e.line, e.column, e.text.split("\n")[0].split(":")[0][:60])
        for e in found.errors
    ] == [
        ("False.lean", 1, 43, "omega could not prove the goal"),
        ("False.lean", 4, 40, "Tactic `decide` proved that the proposition"),
        ("False.lean", 5, 1, "invalid `end`"),
        ("Code.lean", 3, 85, "Unknown identifier `mappedd`"),
        ("Code.lean", 3, 79, "`simp` made no progress"),
        ("Native.lean", 1, 52, "Tactic `native_decide` failed. Error"),
        ("Option.lean", 1, 1, "Unknown option `some.option.of.another.lean`"),
        ("Beats.lean", 2, 25, "(deterministic) timeout at `elaborator`, maximum number of h"),
        ("Gone.lean", 1, 8, "There is no module Bad.Nowhere"),
        ("Far.lean", 1, 8, "It imports Mathlib.Tactic, of a package that is not there."),
    ]  # fmt: skip

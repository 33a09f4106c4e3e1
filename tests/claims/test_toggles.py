"""Files of toggles: every mistake at its line and column, and none that passes in silence."""

import shutil
from pathlib import Path

import pytest

from harness.claims.project import load_project
from harness.diagnostics import InputError

ROOT = Path(__file__).parents[2]

GOOD = """\
title: A checker
says: What it is for.
questions:
  scores:
    says: Are they unchanged?
    claim: scores_invariant_of_orthogonal
toggles:
  orthogonal:
    says: It is orthogonal.
    off: {drop: orthogonal}
  query:
    says: The query is turned.
    off: {replace: {"R @ q": "R @ R"}}
"""


def project(tmp_path: Path, text: str) -> Path:
    (tmp_path / "specs" / "toggles").mkdir(parents=True)
    for name in ("definitions.yaml", "scores_invariant_of_orthogonal.yaml"):
        shutil.copy(ROOT / "specs" / name, tmp_path / "specs" / name)
    (tmp_path / "specs" / "toggles" / "own.yaml").write_text(text, "utf-8")
    return tmp_path


def faults(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        load_project(project(tmp_path, text))
    return list(map(str, caught.value.diagnostics))


def test_the_name_is_that_of_the_file(tmp_path: Path) -> None:
    text = GOOD.replace('"R @ q": "R @ R"', '"R @ q": "R @ (q + q)"')
    [checker] = load_project(project(tmp_path, text)).checkers
    assert checker.name == "own"
    assert [t.name for t in checker.toggles if t.is_assumption] == ["orthogonal"]


@pytest.mark.parametrize(
    ("old", "new", "where", "says"),
    [
        ("", "", "13:35", "found matrix(e, d)"),  # R is not square
        ('"R @ q": "R @ R"', '"R @ z": "R @ q"', "13:10", "changes none"),
        ('"R @ q": "R @ R"', '"R @ q": "R @"', "13:34", "expected a term"),
        ('"R @ q": "R @ R"', '"R @": "R @ q"', "13:21", "expected a term"),
        ("orthogonal}", 'orthogonal, assume: {a: "1 ="}}', "10:45", "expected a term"),
        ("drop: orthogonal", "drop: orthogonl", "10:10", "changes none"),
        (
            '{replace: {"R @ q": "R @ R"}}',
            '{for: {\u039a: index(n) -> vector(d)}, replace: {K: \u039a}}',
            "13:17",
            "expected names that look different, found \u039a (\u039a is U+039A) and K",
        ),
        ("claim: scores_invariant", "claim: score_invariant", "6:12", "no specification claims"),
        ("{drop: orthogonal}", "{drop: orthogonal, ask: {nobody: x}}", "10:43", "no question"),
        ("    says: It is orth", "    needs: [queries]\n    says: It is orth", "9:13", "no toggle"),
        ("    off: {drop", "    of: {drop", "10:5", "unknown key 'of'"),
        ("title: A checker\n", "", "1:1", "title"),
        ("    off: {drop: orthogonal}", "    off: {}", "10:10", ""),
    ],
)  # fmt: skip
def test_a_mistake_is_at_its_place(
    tmp_path: Path, old: str, new: str, where: str, says: str
) -> None:
    text = GOOD.replace(old, new) if old else GOOD
    if old and '"R @ q"' not in old:
        text = text.replace('"R @ q": "R @ R"', '"R @ q": "R @ (q + q)"')
    found = faults(tmp_path, text)
    assert any(line.startswith(f"specs/toggles/own.yaml:{where}: ") for line in found), found
    assert any(says in line for line in found), found


def test_a_checker_does_not_take_the_name_of_a_theorem(tmp_path: Path) -> None:
    root = project(tmp_path, GOOD.replace('"R @ q": "R @ R"', '"R @ q": "R @ (q + q)"'))
    folder = root / "specs" / "toggles"
    (folder / "own.yaml").rename(folder / "scores_invariant_of_orthogonal.yaml")
    with pytest.raises(InputError, match="a checker is known by its file's name"):
        load_project(root)


def test_a_file_that_is_left_out_leaves_the_checkers_out(tmp_path: Path) -> None:
    """A checker asks about several files; where one is not read it cannot be answered."""
    root = project(tmp_path, GOOD.replace('"R @ q": "R @ R"', '"R @ q": "R @ (q + q)"'))
    shutil.copy(ROOT / "specs" / "planeRotation_commutes.yaml", root / "specs")
    assert load_project(root).checkers
    assert not load_project(root, [root / "specs" / "planeRotation_commutes.yaml"]).checkers


def test_presets_switch_off_what_there_is(tmp_path: Path) -> None:
    text = GOOD.replace('"R @ q": "R @ R"', '"R @ q": "R @ (q + q)"')
    presets = "presets:\n  both forgotten: [orthogonal, query]\n"
    [checker] = load_project(project(tmp_path / "good", text + presets)).checkers
    assert checker.presets == {"both forgotten": ("orthogonal", "query")}
    [fault] = faults(tmp_path / "bad", f"{text}presets:\n  one: [nobody]\n")
    assert "there is no toggle 'nobody'" in fault

"""The guards of the inspector broken on purpose: what each alone refuses is refused no more.

| broken | what fails then |
|---|---|
| escaping of names and texts | `test_package.py` (`by_quote`, …) and `tests/lean/test_answer.py` |
| rebuilding from text | here, and in `test_package.py` what is forged (`by_forged_level`, …) |
| refusal of free variables | here, and in `test_package.py` `by_free_variable`, `by_left_over` |
| universe check of the second kernel | `tests/kernel/test_guards.py` (fast): each of its rules |
| resolution of modules | `tests/lean/test_package.py` (fast) |
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from harness.lean.audit import inspection
from harness.lean.build import Build, build
from harness.lean.errand import ErrandFailed
from harness.lean.find import find_toolchain
from harness.lean.package import read_package
from harness.lean.toolchain import Caller, Toolchain

FIXTURE = Path(__file__).parents[1] / "fixtures" / "sabotage" / "lean"

pytestmark = pytest.mark.lean

CHEATS = {
    "Sabotage.leftOver": "it holds a free variable",
    "Sabotage.by_nobody": "it holds a free variable",
    "Sabotage.there": "",
    "Sabotage.sum_is_zero": "",
}
"""What is refused, and why where that is not the kernel's own word."""

BROKEN = {
    "rebuilding": (
        "let some d := declarationOf b.info |",
        "let some d := declarationOf c |",
        {"Sabotage.there"},
    ),
    "free variables": (
        '| .fvar _ => refuse "it holds a free variable"',
        '| .fvar n => new "\\"const\\":{\\"name\\":0,\\"us\\":[]}" (return .fvar n)',
        {"Sabotage.leftOver", "Sabotage.by_nobody"},
    ),
}
"""The text of a guard, what it is made, and what gets by."""


@pytest.fixture(scope="module")
def toolchain() -> Toolchain:
    return find_toolchain()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, toolchain: Toolchain) -> Build:
    root = tmp_path_factory.mktemp("guards")
    shutil.copytree(FIXTURE, root / "lean")
    text = "module\n\npublic import Sabotage.Forged\n"
    (root / "lean" / "Sabotage.lean").write_text(text, "utf-8")
    return build(read_package(root / "lean"), toolchain, build_dir=root / "build")


def refused(built: Build, toolchain: Toolchain, folder: Path) -> set[str]:
    """The cheats that are refused for the right reason."""
    try:
        answer, _ = inspection.inspect(
            built, Caller(toolchain, folder), [], folder="guards", what=""
        )
    except ErrandFailed:
        return set()
    rulings = answer.replayed
    return {
        name
        for name, reason in CHEATS.items()
        if name in rulings and not rulings[name].accepted and reason in rulings[name].reason
    }


def test_intact_they_refuse(built: Build, toolchain: Toolchain, tmp_path: Path) -> None:
    assert refused(built, toolchain, tmp_path) == CHEATS.keys()


@pytest.mark.parametrize("guard", BROKEN)
def test_a_broken_guard_lets_something_by(
    built: Build,
    toolchain: Toolchain,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    guard: str,
) -> None:
    old, new, lost = BROKEN[guard]
    [(name, text)] = inspection.inspector().items()
    assert text.count(old) == 1
    monkeypatch.setattr(inspection, "inspector", lambda: {name: text.replace(old, new)})
    assert CHEATS.keys() - refused(built, toolchain, tmp_path) == lost

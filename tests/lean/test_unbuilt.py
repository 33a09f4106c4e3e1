"""A claim whose module was not built: refuted only where Lean refuses the source."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.claims.project import load_project
from harness.evidence import Evidence, Leg, Outcome
from harness.lean.leg import check_all
from harness.lean.process import Stopped
from tests.lean.fake import FakeToolchain

PACKAGE = Path(__file__).parents[1] / "fixtures" / "isometry"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    shutil.copytree(PACKAGE, root)
    return root


@pytest.fixture
def ask(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., set[str]]:
    """The outcomes of the proof leg of all claims, and that no leg of any is confirmed."""

    def asked(lean: FakeToolchain, *words: str) -> set[str]:
        monkeypatch.setattr("harness.lean.find.find_toolchain", lambda *a, **k: lean)
        project = load_project(root)
        found = [e for e in check_all(project, cache=tmp_path / "cache") if isinstance(e, Evidence)]
        assert not [e for e in found if e.outcome is Outcome.CONFIRMED]
        proofs = [e for e in found if e.leg is Leg.PROOF]
        assert {e.subject for e in proofs} == {claim.theorem for claim in project.claims}
        for evidence in proofs:
            for word in words:
                assert word in evidence.summary
        return {e.outcome for e in proofs}

    return asked


def add(root: Path, line: str) -> None:
    with (root / "lean" / "Isometry.lean").open("a") as source:
        source.write(f"\n{line}\n")


def test_an_error_of_lean_is_a_verdict(root: Path, ask: Callable[..., set[str]]) -> None:
    add(root, "-- bad")
    told = "lean/Isometry.lean does not compile: line 2: it is bad"
    assert ask(FakeToolchain(version="4.28.0"), told) == {Outcome.REFUTED}


@pytest.mark.parametrize("exit_code", [-9, 1, 134])
def test_a_lean_that_dies_refutes_nothing(exit_code: int, ask: Callable[..., set[str]]) -> None:
    words = "lean/Isometry.lean could not be checked", f"Lean ended with exit code {exit_code}"
    assert ask(FakeToolchain(dies=exit_code), *words) == {Outcome.NOT_RUN}


def test_a_time_limit_refutes_nothing(ask: Callable[..., set[str]]) -> None:
    def slow(source: str) -> None:
        raise Stopped("lean", "it took more than 5 s")

    assert ask(FakeToolchain(before=slow), "it took more than 5 s") == {Outcome.NOT_RUN}


def test_a_full_disk_refutes_nothing(
    ask: Callable[..., set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*words: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("harness.lean.store.os.replace", full)
    assert ask(FakeToolchain(), "No space left on device") == {Outcome.ERROR}


def test_a_package_that_is_not_there_refutes_nothing(
    root: Path, ask: Callable[..., set[str]]
) -> None:
    source = root / "lean" / "Isometry.lean"
    text = source.read_text("utf-8")
    assert text.count("\nmodule\n") == 1 or text.startswith("module\n")
    source.write_text(
        text.replace("module\n", "module\n\npublic import Mathlib.Tactic\n", 1), "utf-8"
    )
    assert ask(FakeToolchain(), "imports Mathlib.Tactic", "`lake update`") == {Outcome.NOT_RUN}


def test_another_lean_than_the_one_asked_for_refutes_nothing(
    root: Path, ask: Callable[..., set[str]]
) -> None:
    add(root, "-- bad")
    (root / "lean" / "lean-toolchain").write_text("leanprover/lean4:v4.9.0\n")
    words = "it is bad", "asks for leanprover/lean4:v4.9.0, and this is Lean 4.0.0"
    assert ask(FakeToolchain(), *words) == {Outcome.NOT_RUN}


def test_what_a_build_tool_says_without_a_place_refutes_nothing(
    ask: Callable[..., set[str]],
) -> None:
    from harness.lean.messages import Message

    lean = FakeToolchain(dies=1, elsewhere=(Message("", 0, 0, "error", "no such revision"),))
    assert ask(lean, "could not be checked") == {Outcome.NOT_RUN}

"""The native toolchain, with a `lake` that is a script and not to be trusted."""

import os
import sys
from pathlib import Path

import pytest

from harness.lean.build import ModuleOutcome, build
from harness.lean.find import find_toolchain
from harness.lean.native import native_toolchain
from harness.lean.package import read_package
from harness.lean.toolchain import ToolchainMissing

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the fake lake is a shell script")

HONEST = """\
[ "$2" = lean ] && [ "$3" = --version ] && {
  echo "Lean (version 4.28.0, x86_64-linux, commit 0123456789abcdef, Release)"; exit 0; }
if [ "$1" = env ]; then
  echo "$LEAN_PATH" > lean-path
  while [ $# -gt 0 ]; do case "$1" in -o) echo olean > "$2"; shift;; esac; shift; done
  exit 0
fi
mkdir -p .lake/build/lib/lean && echo olean > .lake/build/lib/lean/Demo.olean
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "package"
    root.mkdir()
    (root / "lakefile.toml").write_text('name = "Demo"\n[[lean_lib]]\nname = "Demo"\n')
    (root / "Demo.lean").write_text("module\n")
    return root


@pytest.fixture
def lake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder / "lake"


def pretend(lake: Path, script: str) -> None:
    lake.write_text(f"#!/bin/sh\n{script}")
    lake.chmod(0o755)


def errors(root: Path, tmp_path: Path) -> list[str]:
    built = build(read_package(root), native_toolchain(root), build_dir=tmp_path / "out")
    assert not built.ok
    return [str(error) for error in built.errors]


def test_an_honest_lake(lake: Path, root: Path, tmp_path: Path) -> None:
    pretend(lake, HONEST)
    toolchain = find_toolchain(root=root)
    assert (toolchain.kind, toolchain.version) == ("native", "4.28.0")
    assert toolchain.commit == "0123456789abcdef"
    built = build(read_package(root), toolchain, build_dir=tmp_path / "out")
    assert built.ok
    assert (built.kind, built.version) == ("native", "4.28.0")
    assert (root / "lean-path").read_text().strip() == str(tmp_path / "out" / "lib")
    again = build(read_package(root), toolchain, build_dir=tmp_path / "out")
    assert again.modules["Demo"].outcome is ModuleOutcome.CACHED


def test_a_lake_that_prints_an_error_and_exits_zero(lake: Path, root: Path, tmp_path: Path) -> None:
    pretend(lake, HONEST + 'echo "error: Demo.lean:3:7: unsolved goals"\n')
    assert errors(root, tmp_path) == ["Demo.lean:3:8: error: unsolved goals"]


def test_a_lake_that_prints_an_error_without_a_place(
    lake: Path, root: Path, tmp_path: Path
) -> None:
    pretend(lake, HONEST + 'echo "error: build failed" >&2\n')
    assert errors(root, tmp_path) == [":0:0: error: build failed"]


def test_a_lake_that_builds_nothing(lake: Path, root: Path, tmp_path: Path) -> None:
    pretend(lake, HONEST.replace("mkdir -p", ": mkdir").replace("&& echo olean > .lake", "|| : "))
    assert errors(root, tmp_path) == ["Demo.lean:1:1: error: `lake build` left no .olean of Demo."]


def test_a_lake_that_fails_without_a_word(lake: Path, root: Path, tmp_path: Path) -> None:
    pretend(lake, HONEST + "exit 7\n")
    assert errors(root, tmp_path) == [":0:0: error: `lake build` ended with exit code 7."]


def test_a_lake_that_cannot_say_which_lean(lake: Path, root: Path) -> None:
    pretend(lake, 'echo "no default toolchain configured" >&2; exit 1\n')
    with pytest.raises(ToolchainMissing) as caught:
        native_toolchain(root)
    assert "no default toolchain configured" in caught.value.reason
    assert "elan" in caught.value.remedy


def test_no_lake(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolchainMissing, match="no `lake` on PATH"):
        find_toolchain("native")

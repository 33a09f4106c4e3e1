"""The native toolchain, with a `lake` that is a script and not to be trusted."""

import os
import sys
from pathlib import Path

import pytest

from harness.diagnostics import InputError
from harness.lean.build import ModuleOutcome, build
from harness.lean.find import find_toolchain, package_for
from harness.lean.native import native_toolchain
from harness.lean.package import read_package
from harness.lean.toolchain import ToolchainMissing

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the fake lake is a shell script")

HONEST = """\
here=$(cd "$(dirname "$0")" && pwd)
[ "$1 $2" = "env lean" ] && case "$3" in
  --version) echo "Lean (version 4.28.0, x86_64-linux, commit 0123456789abcdef, Release)"; exit;;
  --print-prefix) echo "$here/.."; exit;;
  --print-libdir) echo "$here/../lib/lean"; exit;;
esac
mkdir -p .lake/build/lib/lean && echo olean > .lake/build/lib/lean/Demo.olean
"""

LEAN = """\
#!/bin/sh
echo "$LEAN_PATH" > lean-path
while [ $# -gt 0 ]; do case "$1" in -o) echo olean > "$2"; shift;; esac; shift; done
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
    (folder / "lean").write_text(LEAN)
    (folder / "lean").chmod(0o755)
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
    # Lean's own library first, or a package could put another in its place.
    searched = [str(tmp_path / "lib" / "lean"), str(tmp_path / "out" / "lib")]
    assert (root / "lean-path").read_text().strip().split(os.pathsep) == searched
    (root / "lean-path").unlink()
    again = build(read_package(root), toolchain, build_dir=tmp_path / "out")
    assert again.modules["Demo"].outcome is ModuleOutcome.CACHED


def test_any_file_of_the_folder_may_have_been_read(lake: Path, root: Path, tmp_path: Path) -> None:
    pretend(lake, HONEST)
    (root / "data.txt").write_text("1")
    toolchain = native_toolchain(root)

    def outcome() -> ModuleOutcome:
        built = build(read_package(root), toolchain, build_dir=tmp_path / "out")
        (root / "lean-path").unlink(missing_ok=True)
        return built.modules["Demo"].outcome

    assert outcome() is ModuleOutcome.BUILT
    assert outcome() is ModuleOutcome.CACHED
    (root / "data.txt").write_text("2")
    assert outcome() is ModuleOutcome.BUILT


def test_other_packages_come_last_and_may_not_be_a_part_of_lean(
    lake: Path, root: Path, tmp_path: Path
) -> None:
    pretend(lake, HONEST)
    with (root / "lakefile.toml").open("a") as lakefile:
        lakefile.write('[[require]]\nname = "other"\n')
    other = root / ".lake" / "packages" / "other"
    built = other / ".lake" / "build" / "lib" / "lean"
    built.mkdir(parents=True)
    (other / "lakefile.toml").write_text('name = "other"\n[[lean_lib]]\nname = "Other"\n')
    (other / "Other.lean").write_text("module\n")
    (root / "Demo.lean").write_text("module\nimport Other\n")
    toolchain = native_toolchain(root)
    found = build(package_for(root, toolchain), toolchain, build_dir=tmp_path / "out")
    assert found.ok, found.errors
    searched = (root / "lean-path").read_text().strip().split(os.pathsep)
    assert searched == [
        str(tmp_path / "lib" / "lean"),
        str(tmp_path / "out" / "lib"),
        str(built.resolve()),
    ]
    assert found.libraries == (tmp_path / "out" / "lib", built.resolve())
    (built / "Lean").mkdir()
    (built / "Lean" / "Meta.olean").write_text("")
    with pytest.raises(InputError, match="come with Lean itself"):
        package_for(root, toolchain)


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

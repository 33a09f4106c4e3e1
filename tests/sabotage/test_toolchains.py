"""Toolchains that lie, and one that is absent: no claim is confirmed by any of them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.claims.project import load_project
from harness.evidence import Evidence, Outcome
from harness.lean.audit.answer import END
from harness.lean.leg import check_all

PACKAGE = Path(__file__).parents[1] / "fixtures" / "isometry"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the fake lake is a shell script")

VERSION = """\
case "$0" in */lean) set -- env lean "$@";; esac
[ "$2" = lean ] && [ "$3" = --print-libdir ] && { echo PREFIX/lib/lean; exit 0; }
[ "$2" = lean ] && [ "$3" = --version ] && {
  echo "Lean (version 4.28.0, x86_64-linux, commit 0123456789abcdef, Release)"; exit 0; }
[ "$2" = lean ] && [ "$3" = --print-prefix ] && { echo PREFIX; exit 0; }
case "$2" in */leanchecker) exec "$2" "$@";; esac
"""
COMPILES = """\
if [ "$1" = env ]; then
  while [ $# -gt 0 ]; do case "$1" in -o) echo olean > "$2"; shift;; esac; shift; done
  exit 0
fi
mkdir -p .lake/build/lib/lean && echo olean > .lake/build/lib/lean/Isometry.olean
"""
META = (
    '{"meta":{"exporter":{"name":"","version":""},"lean":{"githash":"","version":""},'
    '"format":{"version":"3.1.0"}}}'
)
ANSWERS = f"""\
if [ "$1" = env ] && [ "$4" = Inspector.lean ]; then
  printf '%s\\n' '{META}' 'ANSWER' '{END.strip()}' > answer.txt; exit 0
fi
"""
ABOUT_NOTHING = (
    '{"in":1,"str":{"pre":0,"str":"Nothing"}}',
    '{"ie":0,"sort":0}',
    '{"axiom":{"name":1,"levelParams":[],"type":0,"isUnsafe":false}}',
    '{"harness":{"constant":{"name":["Nothing"],"kind":"axiom","module":["M"],"marks":[],"place":[]}}}',
    '{"harness":{"ruling":{"name":["Nothing"],"verdict":"accepted","reason":""}}}',
)
NOTHING = ANSWERS.replace("ANSWER", "' '".join(ABOUT_NOTHING))
"""An answer of the right form, about nothing of the package."""

LIARS = {
    "prints an error and exits 0": (
        NOTHING + COMPILES + 'echo "error: Isometry.lean:30:2: unsolved goals"\n',
        "line 30: unsolved goals",
    ),
    "prints an error without a place and exits 0": (
        NOTHING + COMPILES + 'echo "error: build failed" >&2\n',
        "The package does not build: build failed",
    ),
    "fails without a word": (
        NOTHING + COMPILES + "exit 3\n",
        "The package does not build: `lake build` ended with exit code 3.",
    ),
    "answers nothing": (COMPILES, "cut short"),
    "answers what means nothing": (
        ANSWERS.replace("ANSWER", "yes, all of it") + COMPILES,
        "cannot be read",
    ),
    "answers about something else": (NOTHING + COMPILES, "Lean has no theorem Isometry."),
    "comes with a checker that refuses": (
        NOTHING + COMPILES + "# leanchecker: uncaught exception: 1 = 2\n",
        "`leanchecker` refuses the package: uncaught exception: 1 = 2",
    ),
}


@pytest.mark.parametrize("liar", LIARS)
def test_a_lake_that_lies(liar: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script, words = LIARS[liar]
    root, prefix = tmp_path / "project", tmp_path / "prefix"
    shutil.copytree(PACKAGE, root)
    (prefix / "bin").mkdir(parents=True)
    if "# leanchecker: " in script:
        complaint = script.split("# leanchecker: ")[1].strip()
        checker = prefix / "bin" / "leanchecker"
        checker.write_text(f'#!/bin/sh\necho "{complaint}" >&2; exit 1\n')
        checker.chmod(0o755)
    lake = prefix / "bin" / "lake"
    lake.write_text(f"#!/bin/sh\n{VERSION.replace('PREFIX', str(prefix))}{script}")
    lake.chmod(0o755)
    lake.with_name("lean").symlink_to(lake)
    monkeypatch.setenv("PATH", f"{lake.parent}{os.pathsep}{os.environ['PATH']}")

    project = load_project(root)
    found = [e for e in check_all(project, cache=tmp_path / "cache") if isinstance(e, Evidence)]
    assert {e.subject for e in found} >= {claim.theorem for claim in project.claims}
    assert not [e for e in found if e.outcome is Outcome.CONFIRMED]
    assert any(words in e.summary for e in found), {e.summary for e in found}


def test_without_a_toolchain_nothing_is_confirmed_and_the_exit_code_says_so(tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(PACKAGE, root)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "harness", "-C", root, "check", "--toolchain", "native"),
            *("--leg", "proof", "--leg", "mirror", "--leg", "execution"),
        ],
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stdout + done.stderr
    assert "There is no `lake` on PATH." in done.stdout
    assert "confirmed" not in done.stdout
    assert "3 undecided" in done.stdout

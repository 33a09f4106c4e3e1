"""Nothing outlives its parent, nothing is left behind, and what lies beside data is not run."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

import pytest

from harness.lifetime import temporary_folder

ROOT = Path(__file__).parents[1]
HARNESS = Path(sysconfig.get_path("scripts")) / "harness"

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")

PARENTS = {
    "an engine": """
from harness.isolation import Task, Workers
from harness.evidence import Leg
from harness.claims.project import load_project
if __name__ == "__main__":
    project = load_project(pathlib.Path(sys.argv[1]))
    engine = "tests.miniatures.engines:hangs"
    with Workers(1, seconds=600, memory=0) as workers:
        workers.submit(Task(project.claims[0], project.library, Leg.SYMBOLIC, engine))
        time.sleep(600)
""",
    "a sweep's worker": """
from harness.sweep.executors import processes
if __name__ == "__main__":
    with processes(1) as pool:
        pool.submit(time.sleep, 600)
        time.sleep(600)
""",
    "Lean": """
from pathlib import Path
from harness.lean.process import execute
if __name__ == "__main__":
    inner = "import subprocess, sys; subprocess.call([sys.executable, '-c', 'import time;"
    inner += " time.sleep(600)'])"
    execute([sys.executable, "-c", inner], cwd=Path())
""",
}


def descendants(pid: int) -> set[int]:
    found: set[int] = set()
    for path in Path("/proc").glob(f"{pid}/task/*/children"):
        children = set(map(int, path.read_text().split()))
        found |= children.union(*map(descendants, children))
    return found


def running(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def until(condition: object, seconds: float) -> bool:
    """Whether it comes true in time."""
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return bool(condition())


@linux
@pytest.mark.slow
@pytest.mark.parametrize("whose", PARENTS)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_children_end_with_their_parent(tmp_path: Path, whose: str, number: signal.Signals) -> None:
    script = tmp_path / "parent.py"
    ending = "from harness.lifetime import end_as_interrupted\nend_as_interrupted()\n"
    script.write_text(f"import pathlib, sys, time\n{ending}{PARENTS[whose]}")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    parent = subprocess.Popen(
        [sys.executable, script, ROOT / "tests" / "fixtures" / "isometry"],
        cwd=tmp_path,
        env=environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        # The tracker of multiprocessing is one more; a worker counts when it has begun to work.
        assert until(lambda: len(descendants(parent.pid)) >= 2, 60)
        time.sleep(1.0)
        children = descendants(parent.pid)
        parent.send_signal(number)
        parent.wait(30)
        assert until(lambda: not any(map(running, children)), 30)
    finally:
        parent.kill()


def test_folders_of_killed_runs_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    dead = tmp_path / f"harness-{gone.pid}-abc"
    mine = tmp_path / f"harness-{os.getpid()}-abc"
    other = tmp_path / "harness-of-somebody"
    for folder in (dead, mine, other):
        folder.mkdir()
        (folder / "answers").write_text("x")
    with temporary_folder() as own:
        assert Path(own).is_dir()
        assert not dead.exists()
        assert mine.is_dir()
        assert other.is_dir()
    assert not Path(own).exists()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Specifications without a Lean package to build."""
    root = tmp_path / "project"
    shutil.copytree(ROOT / "tests" / "fixtures" / "isometry", root)
    return root


@pytest.mark.slow
def test_modules_beside_the_specifications_are_not_imported(project: Path) -> None:
    """Named as all that an engine's process could want; each says so if it is."""
    theirs = {"numpy", "sympy", "mpmath", "flint", "pebble", "yaml", "click", "rich", "filelock"}
    note = project / "imported"
    for name in {*sys.stdlib_module_names, *theirs, "harness", "sitecustomize", "usercustomize"}:
        text = f"open({str(note)!r}, 'a').write({name!r})\n"
        (project / f"{name}.py").write_text(text)
    legs = ["--leg", "symbolic", "--leg", "numeric"]
    done = subprocess.run([HARNESS, "check", *legs], cwd=project, capture_output=True, text=True)
    assert not note.exists(), note.read_text()
    assert "failed" not in done.stdout + done.stderr
    assert done.returncode == 0, done.stdout + done.stderr


@linux
@pytest.mark.slow
def test_a_hard_limit_of_the_machine_is_respected(project: Path) -> None:
    command = f"ulimit -v {2 << 20}; exec '{HARNESS}' check --leg symbolic --leg numeric"
    done = subprocess.run(
        ["bash", "-c", command], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr

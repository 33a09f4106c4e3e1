"""Programs end when they must, with all that they started."""

import sys
import time
from pathlib import Path
from threading import Event, Timer

import pytest

from harness.lean.process import StoodStill, Stopped, execute, one_at_a_time

PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
open(sys.argv[1], "w").write(str(child.pid))
time.sleep(60)
"""


def running(pid: int) -> bool:
    status = Path(f"/proc/{pid}/status")
    return status.exists() and "State:\tZ" not in status.read_text()


def test_output_and_exit_code(tmp_path: Path) -> None:
    script = "import sys; print(sys.stdin.read()); print('e', file=sys.stderr); sys.exit(3)"
    done = execute([sys.executable, "-c", script], cwd=tmp_path, stdin="θ" * 200_000)
    assert (done.exit_code, done.output, done.errors) == (3, "θ" * 200_000 + "\n", "e\n")


def test_input_reaches_a_program_that_is_slow_to_read(tmp_path: Path) -> None:
    script = "import sys, time; time.sleep(0.5); print(len(sys.stdin.read()))"
    done = execute([sys.executable, "-c", script], cwd=tmp_path, stdin="x" * 200_000)
    assert done.output == "200000\n"


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
@pytest.mark.parametrize("by", ["timeout", "signal"])
def test_nothing_is_left_behind(tmp_path: Path, by: str) -> None:
    note = tmp_path / "pid"
    stop = Event()
    if by == "signal":
        Timer(1.0, stop.set).start()
    started = time.monotonic()
    with pytest.raises(Stopped, match="more than 1 s" if by == "timeout" else "called off"):
        execute(
            [sys.executable, "-c", PARENT, note],
            cwd=tmp_path,
            timeout=1.0 if by == "timeout" else None,
            stop=stop,
        )
    assert time.monotonic() - started < 10
    deadline = time.monotonic() + 5
    while running(int(note.read_text())) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not running(int(note.read_text()))


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_who_stands_still_is_ended_and_who_computes_is_not(tmp_path: Path) -> None:
    waits = "import threading; threading.Event().wait(60)"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {waits!r}])"
    for script in (waits, child):
        with pytest.raises(StoodStill, match="stood still for 3 s"):
            execute([sys.executable, "-c", script], cwd=tmp_path, still=3.0)
    computes = "import time\nend = time.monotonic() + 4\nwhile time.monotonic() < end: pass"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {computes!r}])"
    for script in (computes, child):
        assert execute([sys.executable, "-c", script], cwd=tmp_path, still=3.0).exit_code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="there are no signals there")
def test_how_a_program_ended_is_told(tmp_path: Path) -> None:
    kill = "import os, signal; os.kill(os.getpid(), signal.{})"
    for name, code in (("SIGKILL", -9), ("SIGTERM", -15), ("SIGSEGV", -11)):
        done = execute([sys.executable, "-c", kill.format(name)], cwd=tmp_path)
        assert done.exit_code == code
    with pytest.raises(OSError, match="no such program"):
        execute(["no such program"], cwd=tmp_path)


def test_whoever_waits_for_another_run_says_so(tmp_path: Path) -> None:
    said: list[str] = []
    stop = Event()

    def say(text: str) -> None:
        said.append(text)
        stop.set()

    with (
        one_at_a_time(tmp_path / "lock"),
        pytest.raises(Stopped),
        one_at_a_time(tmp_path / "lock", stop, say),
    ):
        pass
    assert len(said) == 1
    assert str(tmp_path / "lock") in said[0]

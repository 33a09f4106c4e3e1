"""`harness sweep` as people run it: exit codes, Ctrl-C, going on."""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from harness.sweep.ledger import records
from tests.sweep.plans import FALSE, PLAN, project

COMMAND = (sys.executable, "-m", "harness")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, "-C", str(folder), "sweep", "plan.yaml", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def write(folder: Path, text: str, *claims: str) -> None:
    project(folder, *claims)
    (folder / "plan.yaml").write_text(text, "utf-8")


@pytest.mark.slow
def test_exit_codes(tmp_path: Path) -> None:
    write(tmp_path, PLAN)
    done = run(tmp_path, "--workers", "1")
    assert done.returncode == 0, done.stderr
    path = tmp_path / "report" / "plan.ndjson"
    assert str(path) in done.stdout
    assert [r["kind"] for r in records(path)][-1] == "footer"
    again = run(tmp_path)
    assert again.returncode == 2
    assert "this file exists" in again.stderr
    resumed = run(tmp_path, "--resume", "--json")
    answer = json.loads(resumed.stdout)
    assert (resumed.returncode, answer["results"]) == (0, str(path))
    # Narrow formats are measured.
    assert {item["outcome"] for item in answer["outcomes"]} == {"confirmed", "measured"}
    assert {item["claim"] for item in answer["outcomes"]} == {"scores_invariant_of_orthogonal"}
    write(tmp_path, PLAN.replace("instances: 20", "instances: no"))
    bad = run(tmp_path)
    assert bad.returncode == 2
    assert "plan.yaml:9:12:" in bad.stderr
    assert "Traceback" not in bad.stderr
    write(tmp_path, PLAN.replace("[scores_invariant_of_orthogonal]", "all"), FALSE)
    wrong = run(tmp_path, "--output", "wrong.ndjson", "--workers", "1")
    assert wrong.returncode == 1, wrong.stderr
    identifier = next(
        line.split()[-1] for line in wrong.stdout.splitlines() if "harness replay" in line
    )
    replayed = subprocess.run(
        [*COMMAND, "-C", str(tmp_path), "replay", identifier],
        capture_output=True,
        text=True,
    )
    # The sides differ again, which is what the exit code says.
    assert replayed.returncode == 1, replayed.stderr
    assert "left  = " in replayed.stdout
    lost = run(tmp_path, "--output", "lost.ndjson", "--scheduler", "tcp://127.0.0.1:1")
    assert lost.returncode == 3
    assert list(records(tmp_path / "lost.ndjson"))[-1]["state"] == "interrupted"


@pytest.mark.slow
def test_a_full_disk_stops_the_sweep_and_it_goes_on_when_there_is_room(tmp_path: Path) -> None:
    write(tmp_path, PLAN)
    path = tmp_path / "out.ndjson"

    def allow_little() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))

    command = [*COMMAND, "-C", str(tmp_path), "sweep", "plan.yaml", "--output", str(path)]
    command += ["--workers", "1"]
    full = subprocess.run(
        command,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=allow_little,
    )
    assert full.returncode == 3, full.stderr
    assert "stopped: " in full.stderr
    assert "Traceback" not in full.stderr
    assert path.stat().st_size == 3000
    done = run(tmp_path, "--output", str(path), "--resume")
    assert done.returncode == 0, done.stderr
    assert list(records(path))[-1]["state"] == "complete"


@pytest.mark.parametrize(
    ("output", "code"), [("/dev/null", 2), ("/proc/none/out.ndjson", 3), ("plan.yaml", 2)]
)
def test_where_nothing_can_be_written(tmp_path: Path, output: str, code: int) -> None:
    write(tmp_path, PLAN)
    done = run(tmp_path, "--output", output, "--resume")
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "plan.yaml").read_text("utf-8") == PLAN


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_a_valid_file(tmp_path: Path, number: signal.Signals) -> None:
    """To the whole group, as a terminal sends it; the workers end as well."""
    write(tmp_path, PLAN.replace("instances: 20", "instances: 1000000"))
    path = tmp_path / "out.ndjson"
    process = subprocess.Popen(
        [*COMMAND, "-C", str(tmp_path), "sweep", "plan.yaml", "--output", str(path)],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # What a shell runs in its background starts deaf to interrupts, and so do its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    while not path.exists() or path.read_bytes().count(b"\n") < 3:
        assert process.poll() is None
        time.sleep(0.05)
    os.killpg(process.pid, number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    found = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert found[-1]["kind"] == "footer"
    assert found[-1]["state"] == "interrupted"
    end = time.monotonic() + 30
    with pytest.raises(ProcessLookupError):  # noqa: PT012 - the last process may take a moment
        while time.monotonic() < end:
            os.killpg(process.pid, 0)
            time.sleep(0.1)

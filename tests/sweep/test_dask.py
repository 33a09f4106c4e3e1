"""A real Dask scheduler and two workers on loopback, one of which is killed half way."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from harness.numeric.replay import replay
from harness.sweep.execution import Lost
from harness.sweep.executors import ClusterMissing, dask
from harness.sweep.ledger import records
from harness.sweep.run import Sweep
from harness.verdict import ExitCode
from tests.arrays.language import ROOT
from tests.sweep.plans import PLAN, SCORES, plan
from tests.sweep.test_sweep import bare, conduct

pytest.importorskip("distributed", reason="Dask is not installed: lean-harness[dask]")


@contextmanager
def started(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """A command of Dask's as a process of its own, ended at the end."""
    command = [sys.executable, "-m", "distributed.cli." + arguments[0], *arguments[1:]]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=environment
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def cluster(folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    where = folder / "scheduler.json"
    options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file")
    with started("dask_scheduler", *options, str(where)) as scheduler:
        end = time.monotonic() + 60
        while not where.exists() and time.monotonic() < end:
            time.sleep(0.1)
        address = json.loads(where.read_text("utf-8"))["address"]
        worker = ("dask_worker", address, "--nthreads", "1", "--no-dashboard", "--no-nanny")
        local = ("--local-directory", str(folder))
        with started(*worker, *local) as one, started(*worker, *local) as two:
            yield address, [one, two, scheduler]


@pytest.mark.slow
def test_every_instance_is_counted_once_though_a_worker_dies(tmp_path: Path) -> None:
    """The records are those that this process computes by itself, to the bit."""
    text = PLAN.replace("instances: 20", "instances: 800").replace(", float32", "")
    wanted = plan(tmp_path, text)
    path = tmp_path / "cluster.ndjson"
    with cluster(tmp_path) as (address, workers), Sweep(wanted, path) as work:
        for done in work.run(partial(dask, address), 8):
            if done >= work.summary.planned // 3 and workers[0].poll() is None:
                workers[0].send_signal(signal.SIGKILL)
                workers[0].wait()
        assert workers[0].returncode == -signal.SIGKILL
        assert workers[1].poll() is None
    assert work.summary.exit_code() is ExitCode.CONFIRMED
    assert work.summary.instances == work.summary.planned == 8 * 800
    batches = [
        (r["claim"], r["shape"], r["seed"], r["dtype"], r["first"] + i)
        for r in records(path)
        if r["kind"] == "chunk"
        for i in range(r["batches"])
    ]
    assert len(batches) == len(set(batches)) == 8 * 100
    conduct(wanted, tmp_path / "here.ndjson")
    assert bare(path) == bare(tmp_path / "here.ndjson")


@pytest.mark.slow
def test_a_worker_replays_to_the_bit_and_a_dead_scheduler_is_lost(tmp_path: Path) -> None:
    wanted = plan(tmp_path, PLAN.replace("instances: 20", "instances: 100000"))
    claim, library = wanted.claims[0], replace(wanted.library, document=None)
    path = tmp_path / "out.ndjson"
    with cluster(tmp_path) as (address, workers):
        with dask(address) as executor:
            for check in ("prime-field", "float64", "float32"):
                name = f"{SCORES}:{check}:7:40:5/n=3,d=4,e=5/lanes=8"
                there = executor.submit(replay, name, claim, library).result()
                assert there == replay(name, claim, library)
        with Sweep(wanted, path) as work:
            run = work.run(partial(dask, address), 8)
            while not next(run):
                pass
            workers[-1].send_signal(signal.SIGKILL)
            with pytest.raises(Lost):
                deque(run, maxlen=0)
    assert list(records(path))[-1]["state"] == "interrupted"


@pytest.mark.slow
def test_a_scheduler_without_workers_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.sweep.executors.PATIENCE", 1.0)
    with cluster(tmp_path) as (address, workers):
        for worker in workers[:2]:
            worker.kill()
            worker.wait()
        time.sleep(2)
        with pytest.raises(ClusterMissing, match="no workers"), dask(address):
            pass


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense://x", ""])
def test_where_nobody_answers(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("harness.sweep.executors.PATIENCE", 1.0)
    with pytest.raises(ClusterMissing), dask(address):
        pass

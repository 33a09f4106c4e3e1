"""Kills runs and sweeps at random moments: is anything lost, does anything go on, is anything left?

    python -m benchmarks.faults [MOMENTS] [--seed N] [--lean] [--patience SECONDS]

At each moment a cold run or a sweep is begun in a folder of its own, and after a random time its
first process, one of its workers or Lean gets SIGTERM, SIGKILL or SIGINT. Then everything must have
ended within two seconds (more on a busy machine: a process that is just being started hears of it
when it has started; or, where a child was hit, have come to an end that is no verdict of
"refuted"), what a sweep had written must still stand, the next run must come to what it always
comes to, and no temporary file may be left. Linux alone: it looks at `/proc`.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
FIXTURE = ROOT / "tests" / "fixtures" / "isometry"
COMMAND = Path(sysconfig.get_path("scripts")) / "harness"

SIGNALS = (signal.SIGTERM, signal.SIGKILL, signal.SIGINT)
LONGEST = 600.0

LITTER = ("harness-*", ".building-*", ".installing-*", "*.part")

PLAN = """\
says: For the killing.
claims: all
shapes:
  small: drawn
seeds: [0, 1]
dtypes: [prime field, float64]
instances: 4000
"""

VICTIMS = {"parent": "", "worker": "spawn_main", "Lean": "runner.cjs"}
"""Who is hit, and a word of the command line by which it is known."""


@dataclass(frozen=True)
class Moment:
    """What is begun, and what befalls it when."""

    kind: str
    victim: str
    number: signal.Signals
    after: float

    def __str__(self) -> str:
        return f"{self.kind}: {self.number.name} to {self.victim} after {self.after:.2f} s"


class Place:
    """A project that was never run, with a folder for temporary files of its own."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.root, self.temporary = folder / "project", folder / "tmp"
        shutil.copytree(FIXTURE, self.root, ignore=shutil.ignore_patterns(".cache"))
        self.temporary.mkdir()
        self.results = self.root / "out.ndjson"
        self.environment = {**os.environ, "TMPDIR": str(self.temporary)}
        if kind == "sweep":
            plan = self.root / "plan.yaml"
            plan.write_text(PLAN)
            self.command = ["sweep", str(plan), "--output", str(self.results), "--workers", "2"]
        else:
            legs = ["symbolic", "numeric"] + (["proof", "execution"] if kind == "lean" else [])
            self.command = ["check", *(word for leg in legs for word in ("--leg", leg))]

    def start(self) -> subprocess.Popen[str]:
        resume = ["--resume"] if self.results.exists() else []
        return subprocess.Popen(
            [COMMAND, *self.command, *resume],
            cwd=self.root,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # What runs in a shell's background is deaf to interrupts; this is to hear them.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )

    def lines(self) -> list[bytes]:
        """The whole lines of a sweep's file, less its footer."""
        if not self.results.exists():
            return []
        found = self.results.read_bytes().splitlines(keepends=True)
        return [line for line in found if line.endswith(b"\n") and b'"footer"' not in line]

    def litter(self) -> list[Path]:
        folders = (self.root, self.temporary)
        return [path for folder in folders for word in LITTER for path in folder.rglob(word)]


def descendants(pid: int) -> Iterator[int]:
    for path in Path("/proc").glob(f"{pid}/task/*/children"):
        try:
            children = [int(word) for word in path.read_text().split()]
        except OSError:
            continue
        for child in children:
            yield child
            yield from descendants(child)


def told(pid: int, file: str) -> str:
    try:
        return Path(f"/proc/{pid}/{file}").read_text()
    except OSError:
        return ""


def runs(pid: int) -> bool:
    status = told(pid, "status")
    return bool(status) and "State:\tZ" not in status


def ended(process: subprocess.Popen[str]) -> str | None:
    """What it printed; nothing where it hangs, and then it is killed with all that it began."""
    try:
        return process.communicate(timeout=LONGEST)[0]
    except subprocess.TimeoutExpired:
        for pid in [*descendants(process.pid), process.pid]:
            os.kill(pid, signal.SIGKILL)
        process.communicate()
        return None


def faults(moment: Moment, folder: Path, patience: float = 2.0) -> Iterator[str]:
    """What was not as it must be."""
    place = Place(folder, moment.kind)
    process = place.start()
    word = VICTIMS[moment.victim]
    begun = time.monotonic()
    while process.poll() is None and time.monotonic() - begun < moment.after:
        time.sleep(0.02)
    # A child that is not there yet is waited for.
    target = process.pid if not word else 0
    while not target and process.poll() is None:
        found = [pid for pid in descendants(process.pid) if word in told(pid, "cmdline")]
        target = found[-1] if found else 0
        time.sleep(0.02)
    family = [process.pid, *descendants(process.pid)]
    if process.poll() is None and target:
        os.kill(target, moment.number)
    written = place.lines()
    if target == process.pid:
        deadline = time.monotonic() + patience
        while any(map(runs, family)) and time.monotonic() < deadline:
            process.poll()
            time.sleep(0.02)
        left = [pid for pid in family if runs(pid)]
        if left:
            words = "; ".join(told(pid, "cmdline").replace("\0", " ")[:80] for pid in left)
            yield f"{len(left)} processes run on after {patience:g} s: {words}"
    output = ended(process)
    if output is None:
        yield f"it has not ended after {LONGEST:g} s"
        return
    if process.returncode == 1:
        yield f"it says refuted: {output[-500:]}"
    # Python itself says so where it is interrupted before it has begun to work.
    failures = ("please report", "Traceback")[: 2 if moment.victim == "parent" else 1]
    if any(failure in output for failure in failures):
        yield f"it fails: {output[-500:]}"
    again = place.start()
    output = ended(again)
    if output is None:
        yield f"the next run has not ended after {LONGEST:g} s"
        return
    if again.returncode != 0:
        yield f"the next run ends with {again.returncode}: {output[-500:]}"
    if moment.kind == "sweep" and place.lines()[: len(written)] != written:
        yield "what was written is lost"
    if place.litter():
        yield f"left behind: {', '.join(path.name for path in place.litter())}"


def moments(count: int, seed: int, lean: bool) -> Iterator[Moment]:
    """So many, the same ones for the same seed."""
    rng = random.Random(seed)
    for number in range(count):
        kind = (["lean", "run", "sweep"] if lean else ["run", "sweep"])[number % (2 + lean)]
        victim = rng.choice(["parent", "parent", "Lean" if kind == "lean" else "worker"])
        after = rng.uniform(0.0, {"run": 8.0, "sweep": 10.0, "lean": 40.0}[kind])
        yield Moment(kind, victim, rng.choice(SIGNALS), after)


def main() -> None:
    """Exit code 1 where anything was not as it must be."""
    parser = argparse.ArgumentParser()
    parser.add_argument("moments", type=int, nargs="?", default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--lean", action="store_true", help="cold runs of Lean too")
    parser.add_argument(
        "--patience", type=float, default=2.0, help="seconds after which nothing may run on"
    )
    wanted = parser.parse_args()
    found: Counter[str] = Counter()
    for moment in moments(wanted.moments, wanted.seed, wanted.lean):
        with tempfile.TemporaryDirectory() as folder:
            wrong = list(faults(moment, Path(folder), wanted.patience))
        found["wrong" if wrong else "right"] += 1
        print(f"{moment}: {'; '.join(wrong) or 'right'}", flush=True)
    print(f"{found['right']} moments right, {found['wrong']} wrong")
    sys.exit(1 if found["wrong"] else 0)


if __name__ == "__main__":
    main()

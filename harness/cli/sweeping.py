"""`harness sweep`: many instances, on all cores or on a cluster."""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.shared import (
    BACKEND,
    DEVICE,
    JSON,
    MEMORY,
    OUTPUT_FILE,
    TIME_LIMIT,
    print_json,
    read_project,
    reports_bad_input,
)

if TYPE_CHECKING:
    from harness.sweep.execution import Start
    from harness.sweep.run import Sweep
    from harness.sweep.summary import Result, Summary


@click.command()
@click.argument("plan", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--output",
    type=OUTPUT_FILE,
    help="The file of results (NDJSON).  [default: report/PLAN.ndjson in the project]",
)
@click.option("--resume", is_flag=True, help="Go on with the file of results.")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=os.cpu_count() or 1,
    show_default="one for each core",
    help="Processes on this machine.",
)
@click.option(
    "--scheduler", metavar="ADDRESS", help="Of a Dask cluster that does the work instead."
)
@JSON
@BACKEND
@DEVICE
@TIME_LIMIT
@MEMORY
@click.pass_obj
@reports_bad_input
def sweep(
    folder: Path,
    plan: Path,
    output: Path | None,
    resume: bool,
    workers: int,
    scheduler: str | None,
    as_json: bool,
    backend: str,
    device: str,
    time_limit: float,
    memory: int,
) -> None:
    """Test the claims of PLAN at its shapes, from its seeds, in its number formats.

    Each line of the file of results is the record of some batches; `harness replay` computes any
    of their instances again. Interrupted, the file is valid, and --resume goes on with it.
    """
    from harness.plan import reserved
    from harness.sweep.executors import dask, processes
    from harness.sweep.plan import load_plan
    from harness.sweep.run import Sweep

    project, _ = read_project(folder)
    wanted = load_plan(plan, str(plan), project)
    path = output or project.root / "report" / f"{plan.stem}.ndjson"
    path.parent.mkdir(parents=True, exist_ok=True)
    start = (
        partial(dask, scheduler)
        if scheduler
        else partial(processes, workers, reserved(memory, backend, device), time_limit)
    )
    in_flight = 256 if scheduler else 4 * workers
    work = Sweep(wanted, path, resume=resume, backend=backend, device=device)
    try:
        code = _conduct(work, start, in_flight)
    except OSError as error:
        click.echo(f"stopped: {error}; --resume goes on from here", err=True)
        code = 3
    if as_json:
        outcomes = [result.to_json() for result in work.summary.results.values()]
        print_json({"results": str(path), "outcomes": outcomes})
    else:
        show(work.summary)
        click.echo(f"results: {path}")
    sys.exit(code or work.summary.exit_code())


def _conduct(work: Sweep, start: Start, in_flight: int) -> int:
    """Run to the end or to an interruption; the exit code of the latter, or 0."""
    from harness.sweep.execution import Lost
    from harness.sweep.executors import ClusterMissing

    with work:
        try:
            watch(work.run(start, in_flight), work.summary.planned)
        except KeyboardInterrupt:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            click.echo("interrupted; --resume goes on from here", err=True)
            return 130
        except (Lost, ClusterMissing) as error:
            click.echo(f"stopped: {error}; --resume goes on from here", err=True)
            return 3
    return 0


def watch(done: Iterator[int], total: int) -> None:
    """Progress on standard error, with the rate and the time that is left."""
    if not sys.stderr.isatty():
        _log(done, total)
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text("" if speed is None else f"{speed:,.0f} instances/s")

    console = Console(stderr=True)
    columns = (TextColumn("sweeping"), BarColumn(), MofNCompleteColumn(), Rate())
    with Progress(
        *columns, TimeRemainingColumn(), console=console, transient=True, speed_estimate_period=60
    ) as progress:
        bar = progress.add_task("", total=total, start=False)
        before = next(done)
        progress.update(bar, completed=before)
        progress.start_task(bar)
        for count in done:
            progress.update(bar, completed=count)


def _log(done: Iterator[int], total: int) -> None:
    """A line every ten seconds, for logs."""
    from time import monotonic

    before = next(done)
    start = last = monotonic()
    for count in done:
        now = monotonic()
        if now - last >= 10:
            last = now
            rate = (count - before) / (now - start)
            left = (total - count) / rate
            message = f"{count:,} of {total:,} instances, {rate:,.0f}/s, {left:,.0f} s left"
            print(message, file=sys.stderr, flush=True)


def show(summary: Summary) -> None:
    """One line for each claim and format, and what failed by name."""
    groups: dict[str, dict[str, list[Result]]] = {}
    for result in summary.results.values():
        groups.setdefault(result.cell.claim, {}).setdefault(result.cell.dtype, []).append(result)
    for claim, formats in groups.items():
        click.echo(claim)
        for dtype, results in formats.items():
            instances = sum(r.tally.instances for r in results)
            outcomes = Counter(r.says() for r in results)
            says = ", ".join(o if len(outcomes) == 1 else f"{n} {o}" for o, n in outcomes.items())
            click.echo(f"  {dtype:<11}  {instances:>13,}  {says}{_largest(dtype, results)}")
    missing = sum(not result.is_whole for result in summary.results.values())
    if missing:
        click.echo(f"{missing} of {len(summary.results)} combinations are not finished")
    for result in summary.results.values():
        outcome, reason = result.outcome()
        if reason and result.is_whole:
            cell = result.cell
            place = f"{cell.claim}, {cell.shape}, seed {cell.seed}, {cell.dtype}"
            click.echo(f"{place}: {outcome}: {reason}")
        for name in result.failures[:3]:
            click.echo(f"  harness replay {name}")


def _largest(dtype: str, results: list[Result]) -> str:
    """How far the sides were apart at most."""
    if dtype == "prime field" or not any(r.tally.instances for r in results):
        return ""
    if results[0].decides:
        return f"; at most {max(r.ratios.largest for r in results):.2g} of the rounding bound"
    return f"; at most {max(r.precision.ratio.largest for r in results):.2g} of the format's noise"

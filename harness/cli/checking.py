"""`harness check` and `harness report`: the main job."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.shared import (
    BACKEND,
    DEVICE,
    ONLY,
    OUTPUT_FILE,
    SPECS,
    TOOLCHAIN,
    narrowed,
    read_project,
    reports_bad_input,
)
from harness.evidence import Leg

if TYPE_CHECKING:
    from harness.report.model.run import Run


def selection(command: Callable[..., Any]) -> Callable[..., Any]:
    """The arguments and options that choose what is asked of which claims."""
    options = (
        SPECS,
        ONLY,
        click.option(
            "--leg",
            "legs",
            type=click.Choice([leg.value for leg in Leg]),
            multiple=True,
            help="Only these legs of evidence.  [default: all]",
        ),
        click.option(
            "--seed",
            type=click.IntRange(min=0),
            default=0,
            show_default=True,
            help="Of the random instances.",
        ),
        BACKEND,
        DEVICE,
        TOOLCHAIN,
        click.option(
            "--time-limit",
            type=click.FloatRange(min=0.1),
            default=120.0,
            show_default=True,
            metavar="SECONDS",
            help="How long an engine may think about one claim.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


SINCE = click.option(
    "--since",
    metavar="OLD.json",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Show what changed since the run that wrote this file with --json.",
)


@click.command()
@selection
@SINCE
@click.option("--json", "json", type=OUTPUT_FILE, help="Write all evidence as JSON.")
@click.option("--junit", type=OUTPUT_FILE, help="Write a JUnit file.")
@click.option("--sarif", type=OUTPUT_FILE, help="Write a SARIF file.")
@click.option("--html", type=OUTPUT_FILE, help="Write the report.")
@click.option("--badge", type=OUTPUT_FILE, help="Write an SVG badge.")
@click.option("--summary", type=OUTPUT_FILE, help="Write a summary in Markdown.")
@click.pass_obj
@reports_bad_input
def check(folder: Path, /, since: Path | None, **options: Any) -> None:
    """Ask every leg about every claim (or about those of SPECS) and print the verdicts."""
    kinds = ("json", "junit", "sarif", "html", "badge", "summary")
    chosen = {kind: options.pop(kind) for kind in kinds}
    files = {kind: path for kind, path in chosen.items() if path is not None}
    make_room(files)
    finish(compared(since, lambda: conduct(folder, **options)), files)


@click.command()
@selection
@SINCE
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write to.  [default: report/ in the project]",
)
@click.pass_obj
@reports_bad_input
def report(folder: Path, /, output: Path | None, since: Path | None, **options: Any) -> None:
    """Check everything and write the conformance report, `index.html`, with its data."""
    from harness.claims.project import find_root

    target = output or find_root(folder) / "report"
    files = {"json": target / "report.json", "html": target / "index.html"}
    make_room(files)
    finish(compared(since, lambda: conduct(folder, **options)), files)


def compared(since: Path | None, run: Callable[[], Run]) -> Run:
    """The run, knowing what changed since the one in a file, which is read first."""
    if since is None:
        return run()
    from harness.report import difference

    old = difference.read_report(since)
    return difference.since(old, run())


def make_room(files: dict[str, Path]) -> None:
    """See that these files can be written, before a long run and not after it.

    Raises `OSError` and `InputError`.
    """
    from harness.diagnostics import Diagnostic, InputError

    for path in files.values():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not os.access(path.parent, os.W_OK):
            raise InputError([Diagnostic(str(path), 1, 1, "its folder cannot be written to")])


def conduct(
    folder: Path,
    *,
    specs: tuple[Path, ...],
    only: tuple[str, ...],
    legs: tuple[str, ...],
    seed: int,
    backend: str,
    device: str,
    toolchain: str,
    time_limit: float,
) -> Run:
    """Run the plan that the options describe, with progress on standard error."""
    from harness.lean.package import read_package
    from harness.progress import watched
    from harness.report.assemble import assemble
    from harness.run import LEAN_LEGS, Plan, run
    from harness.run import LEGS as ALL

    project, claims = read_project(folder, specs, only)
    asked = tuple(leg for leg in ALL if not legs or leg in legs)
    if set(asked) & set(LEAN_LEGS):
        read_package(project.lean)  # raises InputError where there is none
    plan = Plan(
        narrowed(project, claims),
        cache=project.root / ".cache",
        legs=asked,
        seed=seed,
        backend=backend,
        device=device,
        toolchain=toolchain,
        seconds=time_limit,
    )
    try:
        return assemble(plan, watched(plan, run(plan)))
    except KeyboardInterrupt:
        click.echo("interrupted; what was found is kept, and a new run goes on from it", err=True)
        sys.exit(130)


def finish(run: Run, files: dict[str, Path]) -> None:
    """Write the files, print the verdicts, and end with the run's exit code."""
    from harness.files import write_atomically
    from harness.report import reporters
    from harness.report.github import workflow_commands
    from harness.report.terminal import conclude, show

    for kind, path in files.items():
        write_atomically(path, reporters()[kind](run))
    show(run)
    if os.environ.get("GITHUB_ACTIONS") == "true":
        click.echo(workflow_commands(run), nl=False)
    for kind, path in files.items():
        click.echo(f"{kind}: {path}")
    conclude(run)
    sys.exit(run.exit_code)

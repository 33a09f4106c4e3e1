"""`harness check` and `harness report`: the main job."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.shared import (
    BACKEND,
    DEVICE,
    MEMORY,
    NO_CACHE,
    ONLY,
    OUTPUT_FILE,
    SPECS,
    TIME_LIMIT,
    TOOLCHAIN,
    kept_folder,
    narrowed,
    read_project,
    reports_bad_input,
)
from harness.evidence import Leg

if TYPE_CHECKING:
    from harness.results.run import Run


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
        NO_CACHE,
        TIME_LIMIT,
        MEMORY,
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
    from harness.files import is_stream

    faults = []
    targets: set[Path] = set()
    for path in files.values():
        if is_stream(path):
            if not os.access(path, os.W_OK):
                faults.append(Diagnostic(str(path), 1, 1, "it cannot be written to"))
            continue
        target = Path(os.path.realpath(path))
        if target in targets:
            faults.append(Diagnostic(str(path), 1, 1, "two reports cannot be one file"))
        targets.add(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not os.access(target.parent, os.W_OK):
            faults.append(Diagnostic(str(path), 1, 1, "its folder cannot be written to"))
    if faults:
        raise InputError(faults)


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
    is_kept: bool,
    memory: int,
) -> Run:
    """Run the plan that the options describe, with progress on standard error."""
    from harness.lean.package import read_package
    from harness.progress import watched
    from harness.results.assemble import assemble
    from harness.run import LEAN_LEGS, Plan, run
    from harness.run import LEGS as ALL

    project, claims = read_project(folder, specs, only)
    asked = tuple(leg for leg in ALL if not legs or leg in legs)
    if set(asked) & set(LEAN_LEGS):
        read_package(project.lean)  # raises InputError where there is none
    plan = Plan(
        narrowed(project, claims),
        cache=kept_folder(project.root, is_kept),
        legs=asked,
        seed=seed,
        backend=backend,
        device=device,
        toolchain=toolchain,
        seconds=time_limit,
        memory=memory,
    )
    try:
        return assemble(plan, watched(plan, run(plan)))
    except KeyboardInterrupt:
        click.echo("interrupted; what was found is kept, and a new run goes on from it", err=True)
        sys.exit(130)


def finish(run: Run, files: dict[str, Path]) -> None:
    """Print the verdicts, write the files, and end with the run's exit code.

    The verdicts come first: a run that is decided is told, whatever becomes of its files. Those
    are written together or not at all, so that none stands beside one of an earlier run. Where
    they cannot be written and everything is confirmed, the exit code is 3.
    """
    from harness.report.github import workflow_commands
    from harness.report.terminal import conclude, show

    with _whoever_reads():
        show(run)
        if os.environ.get("GITHUB_ACTIONS") == "true":
            click.echo(workflow_commands(run), nl=False)
    is_written = _write(run, files)
    with _whoever_reads():
        conclude(run)
    sys.exit(int(run.exit_code) or (0 if is_written else 3))


@contextmanager
def _whoever_reads() -> Iterator[None]:
    """Print, though nobody may read it to its end: that changes no verdict, and no file."""
    try:
        yield
        sys.stdout.flush()
    except (OSError, SystemExit) as error:  # the latter is how rich ends when a pipe does
        if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
            click.echo(f"the verdicts could not be printed: {error.strerror}", err=True)
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _write(run: Run, files: dict[str, Path]) -> bool:
    """Write all files of a run; says which could not be, and whether all were."""
    from harness.files import write_together
    from harness.report import reporters

    texts: dict[Path, str] = {}
    for kind, path in files.items():
        try:
            text = reporters()[kind](run)
        except Exception as error:  # a fault of one reporter; the verdict stands without it
            click.echo(f"{kind}: {path}: not written: {type(error).__name__}: {error}", err=True)
            return False
        # A name of a file may hold what no encoding has.
        texts[path] = text.encode("utf-8", "backslashreplace").decode("utf-8")
    printed = [texts.pop(path) for path in list(texts) if _is_output(path)]
    try:
        write_together(texts)
    except OSError as error:
        named = ", ".join(map(str, texts))
        click.echo(f"{named}: not written: {error.strerror or error}", err=True)
        return False
    with _whoever_reads():
        for text in printed:
            click.echo(text, nl=False)
        for kind, path in files.items():
            click.echo(f"{kind}: {path}")
    return True


def _is_output(path: Path) -> bool:
    """Whether a file is what the command prints to: /dev/stdout, by any name."""
    try:
        return os.path.samestat(os.fstat(sys.stdout.fileno()), path.stat())
    except (OSError, ValueError):  # there is no such file, or nothing is printed to a file
        return False

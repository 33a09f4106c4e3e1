"""`harness check` and `harness report`: the main job."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager, nullcontext, redirect_stdout, suppress
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, cast

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
from harness.evidence import Evidence, Gap, Leg, Outcome
from harness.report import REPORTERS

if TYPE_CHECKING:
    from harness.claims.about import About
    from harness.results.run import Run
    from harness.run import Notice, Plan

_STDOUT = Path("-")
"""In place of a file: what would be written there is printed, and nothing else."""


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


@dataclass(frozen=True)
class Telling:
    """What becomes of a run: the files to write, what it is compared with, and how much is said."""

    files: dict[str, Path]
    since: Path | None = None
    history: Path | None = None
    is_quiet: bool = False
    is_opened: bool = False
    is_ended_early: bool = False


def telling(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of what becomes of a run, which the command gets as one `Telling`."""
    options = [
        *(
            click.option(f"--{kind}", type=OUTPUT_FILE, metavar="FILE", help=f"Write {what}.")
            for kind, (_, what) in REPORTERS.items()
        ),
        click.option(
            "--since",
            metavar="OLD.json",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="Show what changed since the run that wrote this file with --json.",
        ),
        click.option(
            "--history",
            metavar="FOLDER",
            type=click.Path(file_okay=False, path_type=Path),
            help="Keep a record of the run there, and show how it went from run to run.",
        ),
        click.option("--quiet", "-q", is_flag=True, help="Print the verdict and failures alone."),
        click.option("--open", "opens", is_flag=True, help="Open the report in a browser."),
        click.option("--fail-fast", is_flag=True, help="End the run at the first refutation."),
    ]

    @wraps(command)
    def gathered(
        *args: Any,
        since: Path | None,
        history: Path | None,
        quiet: bool,
        opens: bool,
        fail_fast: bool,
        **rest: Any,
    ) -> None:
        chosen = {kind: rest.pop(kind) for kind in REPORTERS}
        files = {kind: path for kind, path in chosen.items() if path is not None}
        told = Telling(files, since, history, quiet, opens, fail_fast)
        command(*args, told=told, **rest)

    for option in reversed(options):
        gathered = option(gathered)
    return gathered


@click.command()
@selection
@telling
@click.pass_obj
@reports_bad_input
def check(folder: Path, /, told: Telling, **options: Any) -> None:
    """Ask every leg about every claim, or about those of SPEC, and print the verdicts.

    SPEC is a file of specs/, a folder in it, or the name of a theorem. Where `[tool.harness]`
    lists `packages`, each is checked, and the verdicts are of all. With - as a FILE, what would be
    written there is printed, and words go to standard error: --json - for other programs.
    """
    if told.is_opened and told.files.get("html", _STDOUT) == _STDOUT:
        raise click.UsageError("--open needs a report to open: --html FILE")
    _main_job(folder, told, options)


@click.command()
@selection
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write to.  [default: report/ in the project]",
)
@telling
@click.pass_obj
@reports_bad_input
def report(folder: Path, /, output: Path | None, told: Telling, **options: Any) -> None:
    """Check everything and write the conformance report, `index.html`, with its data."""
    from harness.claims.project import find_root

    target = output or find_root(folder) / "report"
    files = {"json": target / "report.json", "html": target / "index.html", **told.files}
    _main_job(folder, replace(told, files=files), options)


def _main_job(folder: Path, told: Telling, options: Mapping[str, Any]) -> None:
    """Run, compare with earlier runs, print, and write."""
    from harness.claims.project import find_root, packages
    from harness.report import difference, history

    make_room({**told.files, **({"history": told.history / "run.json"} if told.history else {})})
    old = None if told.since is None else difference.read_report(told.since)
    past = () if told.history is None else history.read(told.history)
    root = find_root(folder)
    several = packages(root)
    run = conduct(folder, told, **options) if several is None else _each(*several, told, options)
    if old is not None:
        run = difference.since(old, run)
    if told.history is not None:
        run = history.after(past, run)
    finish(run, told)


def _each(about: About, folders: Mapping[str, Path], told: Telling, options: Any) -> Run:
    """Run the packages of a repository, one after the other, and put them together."""
    from harness.diagnostics import Diagnostic, InputError
    from harness.results.join import joined

    if options["specs"] or options["only"]:
        raise click.UsageError(f"expected -C and one of {', '.join(folders)}, with SPEC or --only")
    faults: list[Diagnostic] = []
    names: dict[str, str] = {}
    for folder, place in folders.items():  # all of them, before the first run takes its time
        try:
            project, _ = read_project(place)
        except InputError as error:
            faults += (replace(d, file=f"{folder}/{d.file}") for d in error.diagnostics)
            continue
        if (other := names.setdefault(project.name, folder)) != folder:
            message = f"expected a namespace of its own, found that of {other}: {project.name}"
            faults.append(Diagnostic(f"{folder}/pyproject.toml", 1, 1, message))
    if faults:
        raise InputError(faults)
    return joined(about, {name: conduct(place, told, **options) for name, place in folders.items()})


def make_room(files: dict[str, Path]) -> None:
    """See that these files can be written, before a long run and not after it.

    Raises `OSError` and `InputError`.
    """
    from harness.diagnostics import Diagnostic, InputError
    from harness.files import is_stream

    faults = []
    targets: set[Path] = set()
    for path in files.values():
        target = Path(os.path.realpath(path))
        if target.is_dir() or target.is_symlink():
            found = "a folder" if target.is_dir() else "a link to itself"
            faults.append(Diagnostic(str(path), 0, 0, f"expected a file, found {found}"))
            continue
        if is_stream(path):
            if not os.access(path, os.W_OK):
                faults.append(Diagnostic(str(path), 0, 0, "it cannot be written to"))
            continue
        if target in targets:
            faults.append(Diagnostic(str(path), 0, 0, "two reports cannot be one file"))
        targets.add(target)
        if path == _STDOUT:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if not os.access(target.parent, os.W_OK):
            faults.append(Diagnostic(str(path), 0, 0, "its folder cannot be written to"))
    if faults:
        raise InputError(faults)


def conduct(
    folder: Path,
    told: Telling,
    *,
    specs: tuple[str, ...],
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
        events = run(plan)
        if told.is_ended_early:
            events = _until_refuted(plan, events)
        return assemble(plan, watched(plan, events, is_quiet=told.is_quiet))
    except KeyboardInterrupt:
        click.echo("interrupted; what was found is kept, and a new run goes on from it", err=True)
        sys.exit(130)


def _until_refuted(
    plan: Plan, events: Iterator[Evidence | Gap | Notice]
) -> Iterator[Evidence | Gap | Notice]:
    """What is found up to the first refutation; nothing that may have had more to say passes."""
    refuted = None
    with closing(cast("Generator[Evidence | Gap | Notice]", events)):
        for event in events:
            yield event
            if isinstance(event, Evidence) and event.outcome is Outcome.REFUTED:
                refuted = event
                break
    if refuted is None:
        return
    found = f"--fail-fast ended the run when {refuted.subject} was refuted ({refuted.leg.value})."
    for subject, legs in plan.subjects():
        for leg in legs:
            if (subject, leg) != (refuted.subject, refuted.leg):
                yield Evidence(subject, leg, "fail-fast", Outcome.NOT_RUN, found)


def finish(run: Run, told: Telling) -> None:
    """Print the verdicts, write the files, and end with the run's exit code.

    The verdicts come first: a run that is decided is told, whatever becomes of its files. Those
    are written together or not at all, so that none stands beside one of an earlier run. Where
    they cannot be written and everything is confirmed, the exit code is 3.
    """
    from harness.report.github import workflow_commands
    from harness.report.terminal import conclude, show

    output = sys.stdout
    with redirect_stdout(sys.stderr) if _STDOUT in told.files.values() else nullcontext():
        with _whoever_reads(sys.stdout):
            if not told.is_quiet:
                show(run)
            if os.environ.get("GITHUB_ACTIONS") == "true":
                click.echo(workflow_commands(run), nl=False)
        is_written = _write(run, told, output)
        with _whoever_reads(sys.stdout):
            conclude(run, with_reasons=told.is_quiet)
    if told.is_opened and is_written:
        _open(told.files["html"])
    sys.exit(int(run.exit_code) or (0 if is_written else 3))


@contextmanager
def _whoever_reads(output: TextIO) -> Iterator[None]:
    """Print, though nobody may read it to its end: that changes no verdict, and no file."""
    try:
        yield
        output.flush()
    except (OSError, SystemExit) as error:  # the latter is how rich ends when a pipe does
        if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
            click.echo(f"the verdicts could not be printed: {error.strerror}", err=True)
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), output.fileno())


def _open(page: Path) -> None:
    import webbrowser

    if not webbrowser.open(page.resolve().as_uri()):
        click.echo(f"no browser was found to open {page}", err=True)


def _write(run: Run, told: Telling, output: TextIO) -> bool:
    """Write all files of a run; says which could not be, and whether all were."""
    from harness.files import write_together
    from harness.report import history, reporter

    texts: dict[Path, str] = {}
    for kind, path in told.files.items():
        try:
            text = reporter(kind)(run)
        except Exception as error:  # a fault of one reporter; the verdict stands without it
            click.echo(f"{kind}: {path}: not written: {type(error).__name__}: {error}", err=True)
            return False
        # A name of a file may hold what no encoding has.
        texts[path] = text.encode("utf-8", "backslashreplace").decode("utf-8")
    if told.history is not None:
        texts[told.history / history.file_name(run)] = history.record(run)
    printed = [texts.pop(path) for path in list(texts) if _is(output, path)]
    try:
        write_together(texts)
    except OSError as error:
        named = ", ".join(map(str, texts))
        click.echo(f"{named}: not written: {error.strerror or error}", err=True)
        return False
    with _whoever_reads(output):
        for text in printed:
            click.echo(text, nl=False, file=output)
    with _whoever_reads(sys.stdout):
        for kind, path in told.files.items() if not told.is_quiet else ():
            click.echo(f"{kind}: {path}")
    return True


def _is(output: TextIO, path: Path) -> bool:
    """Whether a file is what the command prints to: -, or /dev/stdout by any name."""
    if path == _STDOUT:
        return True
    try:
        return os.path.samestat(os.fstat(output.fileno()), path.stat())
    except (OSError, ValueError):  # there is no such file, or nothing is printed to a file
        return False

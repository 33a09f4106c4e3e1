"""The command line. Each command is thin: it reads, asks, shows, and ends with an exit code.

Heavy imports stand inside the commands, so that `harness --help` answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

import click

from harness import __version__
from harness.diagnostics import InputError

if TYPE_CHECKING:
    from harness.claims.model import Claim, Project
    from harness.evidence import Leg
    from harness.report.model import Run

P = ParamSpec("P")

LEGS = ("proof", "mirror", "symbolic", "numeric", "execution")


def reports_bad_input(command: Callable[P, None]) -> Callable[P, None]:
    """Bad input is printed, every fault at its place, and ends the command with exit code 2."""

    @wraps(command)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except InputError as error:
            for diagnostic in error.diagnostics:
                click.echo(str(diagnostic), err=True)
            count = len(error.diagnostics)
            click.echo(f"{count} {'mistake' if count == 1 else 'mistakes'} in the input", err=True)
            sys.exit(2)

    return guarded


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="harness")
@click.option(
    "-C",
    "--project",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=Path(),
    help="The project's folder, or one within it.  [default: here]",
)
@click.pass_context
def main(context: click.Context, folder: Path) -> None:
    """Keeps Lean proofs and the software they speak about honest with each other.

    Exit codes: 0 all confirmed, 1 something refuted, 2 bad input, 3 something could not be run
    or decided.
    """
    context.obj = folder


def selection(command: Callable[..., Any]) -> Callable[..., Any]:
    """The arguments and options that choose what is asked of which claims."""
    options = [
        click.argument("specs", nargs=-1, type=click.Path(exists=True, path_type=Path)),
        click.option(
            "--only", metavar="TEXT", multiple=True, help="Only claims whose name has TEXT in it."
        ),
        click.option(
            "--leg",
            "legs",
            type=click.Choice(LEGS),
            multiple=True,
            help="Only these legs of evidence.  [default: all]",
        ),
        click.option(
            "--seed", type=int, default=0, show_default=True, help="For random instances."
        ),
        click.option(
            "--toolchain",
            type=click.Choice(["auto", "native", "embedded"]),
            default="auto",
            show_default=True,
            help="Which Lean to ask.",
        ),
        click.option(
            "--time-limit",
            type=click.FloatRange(min=0.1),
            default=120.0,
            show_default=True,
            metavar="SECONDS",
            help="How long an engine may think about one claim.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


_OUT = click.Path(dir_okay=False, path_type=Path)


@main.command()
@selection
@click.option("--json", "json_file", type=_OUT, help="Write all evidence as JSON.")
@click.option("--junit", "junit_file", type=_OUT, help="Write a JUnit file.")
@click.option("--sarif", "sarif_file", type=_OUT, help="Write a SARIF file.")
@click.option("--html", "html_file", type=_OUT, help="Write the report.")
@click.option("--badge", "badge_file", type=_OUT, help="Write an SVG badge.")
@click.pass_obj
@reports_bad_input
def check(
    folder: Path,
    json_file: Path | None,
    junit_file: Path | None,
    sarif_file: Path | None,
    html_file: Path | None,
    badge_file: Path | None,
    **chosen: Any,
) -> None:
    """Ask every leg about every claim (or about those of SPECS) and print the verdicts."""
    run = conduct(folder, **chosen)
    files = {
        "json": json_file,
        "junit": junit_file,
        "sarif": sarif_file,
        "html": html_file,
        "badge": badge_file,
    }
    finish(run, {kind: path for kind, path in files.items() if path is not None})


@main.command()
@selection
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder to write to.  [default: report/ in the project]",
)
@click.pass_obj
@reports_bad_input
def report(folder: Path, output: Path | None, **chosen: Any) -> None:
    """Check everything and write the conformance report, `index.html`, and its data."""
    from harness.claims.project import find_root

    run = conduct(folder, **chosen)
    target = output or find_root(folder) / "report"
    finish(run, {"html": target / "index.html", "json": target / "report.json"})


@main.command(name="list")
@click.argument("specs", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.pass_obj
@reports_bad_input
def list_claims(folder: Path, specs: tuple[Path, ...]) -> None:
    """List the claims, each with its file and its sentence."""
    project, _ = read_project(folder, specs, ())
    for claim in project.claims:
        click.echo(f"{claim.theorem}  ({claim.place.file if claim.place else '?'})")
        click.echo(f"    {claim.says}")


@main.command()
@click.argument("theorem")
@click.option("--format", "form", type=click.Choice(["text", "latex", "md"]), default="text")
@click.pass_obj
@reports_bad_input
def sketch(folder: Path, theorem: str, form: str) -> None:
    """Print a proof of THEOREM as the symbolic engine found it, step by step."""
    from harness.symbolic.sketch import render
    from harness.symbolic.sketch import sketch as find

    project, claim = find_claim(folder, theorem)
    click.echo(render(find(claim, project.library), form))


@main.command()
@click.argument("identifier")
@click.pass_obj
@reports_bad_input
def replay(folder: Path, identifier: str) -> None:
    """Compute one random instance again, from the IDENTIFIER that the evidence shows."""
    from harness.numeric.replay import describe

    project, _ = read_project(folder, (), ())
    click.echo(describe(project, identifier))


@main.command()
@click.argument("kind", type=click.Choice(["claim", "definitions", "report"]))
def schema(kind: str) -> None:
    """Print the JSON Schema of a kind of file."""
    import json

    from harness.claims.document import schema as spec_schema
    from harness.report.schema import report_schema

    found = report_schema() if kind == "report" else spec_schema(kind)
    click.echo(json.dumps(found, indent=2, ensure_ascii=False))


# -- what the commands share ---------------------------------------------------------------------


def read_project(
    folder: Path, specs: tuple[Path, ...], only: tuple[str, ...]
) -> tuple[Project, tuple[Claim, ...]]:
    """The project that `folder` lies in, and its claims that were chosen.

    Raises `InputError`, also where a choice leaves nothing.
    """
    from harness.claims.project import find_root, load_project
    from harness.diagnostics import Diagnostic

    project = load_project(find_root(folder), specs)
    claims = project.claims
    for text in only:
        if not any(text in claim.theorem for claim in project.claims):
            message = f"no claim has {text!r} in its name: nothing to check is a failure"
            raise InputError([Diagnostic("--only", 1, 1, message)])
    if only:
        claims = tuple(c for c in project.claims if any(text in c.theorem for text in only))
    return project, claims


def find_claim(folder: Path, theorem: str) -> tuple[Project, Claim]:
    """One claim by the name of its theorem. Raises `InputError` where there is none."""
    from difflib import get_close_matches

    from harness.diagnostics import Diagnostic

    project, claims = read_project(folder, (), ())
    for claim in claims:
        if claim.theorem == theorem:
            return project, claim
    near = get_close_matches(theorem, [claim.theorem for claim in claims], n=1, cutoff=0.3)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise InputError([Diagnostic(theorem, 1, 1, f"no claim is about this theorem{hint}")])


def conduct(
    folder: Path,
    *,
    specs: tuple[Path, ...],
    only: tuple[str, ...],
    legs: tuple[str, ...],
    seed: int,
    toolchain: str,
    time_limit: float,
) -> Run:
    """Run the plan that the options describe, with progress on standard error."""
    from dataclasses import replace

    from harness.evidence import Leg
    from harness.progress import watched
    from harness.report.assemble import assemble
    from harness.run import Plan, run

    project, claims = read_project(folder, specs, only)
    chosen: tuple[Leg, ...] = tuple(Leg(leg) for leg in LEGS if not legs or leg in legs)
    plan = Plan(
        replace(project, claims=claims),
        cache=project.root / ".cache",
        legs=chosen,
        seed=seed,
        toolchain=toolchain,
        seconds=time_limit,
    )
    return assemble(plan, watched(plan, run(plan)))


def finish(run: Run, files: dict[str, Path]) -> None:
    """Write the files, print the verdicts, and end with the run's exit code."""
    from harness.report import reporters
    from harness.report.files import write_atomically
    from harness.report.terminal import show

    for kind, path in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, reporters()[kind](run))
    show(run)
    for kind, path in files.items():
        click.echo(f"{kind}: {path}")
    sys.exit(run.exit_code)


if __name__ == "__main__":
    main()

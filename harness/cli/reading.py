"""Commands that read and show, and check nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from harness.cli.shared import (
    MEMORY,
    SPECS,
    THEOREM,
    TIME_LIMIT,
    find_claim,
    read_project,
    reports_bad_input,
)
from harness.diagnostics import Diagnostic, InputError


@click.command(name="list")
@SPECS
@click.pass_obj
@reports_bad_input
def list_claims(folder: Path, specs: tuple[Path, ...]) -> None:
    """List the claims, each with its file and its sentence."""
    _, claims = read_project(folder, specs)
    for claim in claims:
        click.echo(f"{claim.theorem}  ({claim.place.file if claim.place else '?'})")
        click.echo(f"    {claim.says}")


@click.command()
@THEOREM
@click.pass_obj
@reports_bad_input
def explain(folder: Path, theorem: str) -> None:
    """Say what THEOREM claims: its sentence, what it ranges over, hypotheses and conclusion."""
    from harness.language.notation import to_text

    _, claim = find_claim(folder, theorem)
    click.echo(f"{claim.theorem}\n\n{claim.says}\n\nfor (scalars of a {claim.scalars.name})")
    for parameter in claim.parameters:
        sort = parameter.type if parameter.is_explicit else getattr(parameter.sort, "value", "")
        click.echo(f"  {parameter.name}: {sort}")
    if claim.hypotheses:
        click.echo("assume")
    for hypothesis in claim.hypotheses:
        click.echo(f"  {hypothesis.name}: {to_text(hypothesis.equation)}")
    click.echo(f"then\n  {to_text(claim.conclusion)}")


@click.command()
@THEOREM
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "latex", "md"]),
    default="text",
    show_default=True,
)
@click.pass_obj
@reports_bad_input
def sketch(folder: Path, theorem: str, form: str) -> None:
    """Print a proof of THEOREM as the symbolic engine found it, step by step."""
    from harness.symbolic.sketch import sketch as find
    from harness.symbolic.sketch.render import render

    project, claim = find_claim(folder, theorem)
    click.echo(render(find(claim, project.library), form))


@click.command()
@click.argument("identifier")
@TIME_LIMIT
@MEMORY
@click.pass_obj
@reports_bad_input
def replay(folder: Path, identifier: str, time_limit: float, memory: int) -> None:
    """Compute one random instance again, from the IDENTIFIER that the evidence shows."""
    from concurrent.futures import BrokenExecutor

    from harness.sweep.executors import processes

    read_project(folder)  # whose mistakes are told here
    try:
        with processes(1, memory, time_limit) as pool:
            shown, mistake = pool.submit(_described, folder, identifier).result()
    except (BrokenExecutor, MemoryError, TimeoutError) as error:
        why = "its process died" if isinstance(error, BrokenExecutor) else f"{error}"
        click.echo(f"not replayed: {why or 'it wanted more memory'}", err=True)
        sys.exit(3)
    if mistake:
        raise InputError([Diagnostic(identifier, 1, 1, mistake)])
    click.echo(shown)


def _described(folder: Path, identifier: str) -> tuple[str, str]:
    """The instance as text, or what is wrong with the identifier; in a process with limits."""
    from harness.numeric.replay import describe
    from harness.sweep.work import in_time

    project, _ = read_project(folder)
    try:
        with in_time():
            return describe(project, identifier), ""
    except TimeoutError:
        raise
    except ValueError as error:
        return "", str(error)

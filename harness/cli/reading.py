"""Commands that read and show, and check nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.shared import (
    MEMORY,
    OUTPUT_FILE,
    SPECS,
    THEOREM,
    TIME_LIMIT,
    find_claim,
    read_project,
    reports_bad_input,
)
from harness.diagnostics import Diagnostic, InputError

if TYPE_CHECKING:
    from harness.numeric.replay import Replayed


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
    """Print a proof of THEOREM as the symbolic engine found it, step by step.

    What it proves is the specification; whether Lean has the theorem is for `harness check` to say.
    Ends with exit code 3 where it finds no proof.
    """
    from harness.symbolic.sketch import NoSketch
    from harness.symbolic.sketch import sketch as find
    from harness.symbolic.sketch.render import render

    project, claim = find_claim(folder, theorem)
    try:
        click.echo(render(find(claim, project.library), form))
    except NoSketch as reason:
        message = f"{theorem} has no sketch, and is not proved here: {reason}"
        click.echo(f"{message}; `harness check` asks all legs", err=True)
        sys.exit(3)


@click.command()
@click.argument("identifier")
@click.option("--json", "as_json", is_flag=True, help="Print the instance as JSON.")
@click.option("--npz", type=OUTPUT_FILE, help="Write its numbers as arrays, for NumPy: FILE.npz.")
@TIME_LIMIT
@MEMORY
@click.pass_obj
@reports_bad_input
def replay(
    folder: Path,
    identifier: str,
    as_json: bool,
    npz: Path | None,
    time_limit: float,
    memory: int,
) -> None:
    """Compute one instance again, from the IDENTIFIER that the evidence shows.

    Ends with exit code 1 where the two sides of the claim differ on it.
    """
    import json
    from concurrent.futures import BrokenExecutor
    from dataclasses import asdict

    from harness.numeric.replay import arrays, described
    from harness.sweep.executors import processes

    read_project(folder)  # whose mistakes are told here
    try:
        with processes(1, memory, time_limit) as pool:
            found = pool.submit(_found, folder, identifier).result()
    except (BrokenExecutor, MemoryError, TimeoutError) as error:
        why = "its process died" if isinstance(error, BrokenExecutor) else f"{error}"
        click.echo(f"not replayed: {why or 'it wanted more memory'}", err=True)
        sys.exit(3)
    if isinstance(found, str):
        raise InputError([Diagnostic(identifier, 1, 1, found)])
    if as_json:
        shown = {"theorem": found.claim.theorem, **asdict(found.example), "differs": found.differs}
        click.echo(json.dumps(shown, indent=1, ensure_ascii=False))
    else:
        click.echo(described(found))
    if npz is not None:
        import numpy as np

        with npz.open("wb") as file:
            np.savez(file, **arrays(found))
    sys.exit(1 if found.differs else 0)


def _found(folder: Path, identifier: str) -> Replayed | str:
    """The instance, or what is wrong with the identifier; in a process with limits."""
    from dataclasses import replace

    from harness.numeric.replay import find
    from harness.sweep.work import in_time

    project, _ = read_project(folder)
    try:
        with in_time():
            found = find(project, identifier)
    except TimeoutError:
        raise
    except ValueError as error:
        return str(error)
    return replace(found, claim=found.claim.detached())

"""Commands that read and show, and check nothing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harness.cli.shared import (
    JSON,
    MEMORY,
    OUTPUT_FILE,
    SPECS,
    THEOREM,
    TIME_LIMIT,
    find_claim,
    print_json,
    read_project,
    reports_bad_input,
    unusable,
)

if TYPE_CHECKING:
    from harness.language.terms import Equation
    from harness.language.types import Parameter
    from harness.numeric.replay import Replayed


@click.command(name="list")
@SPECS
@JSON
@click.pass_obj
@reports_bad_input
def list_claims(folder: Path, specs: tuple[str, ...], as_json: bool) -> None:
    """List the claims, each with its file and its sentence."""
    _, claims = read_project(folder, specs)
    if as_json:
        places = [(c, c.place.file if c.place else "") for c in claims]
        print_json([{"theorem": c.theorem, "file": file, "says": c.says} for c, file in places])
        return
    for claim in claims:
        click.echo(f"{claim.theorem}  ({claim.place.file if claim.place else '?'})")
        click.echo(f"    {claim.says}")


@click.command()
@THEOREM
@JSON
@click.pass_obj
@reports_bad_input
def explain(folder: Path, theorem: str, as_json: bool) -> None:
    """Say what THEOREM claims: its sentence, what it ranges over, hypotheses and conclusion.

    THEOREM may also be a definition of specs/definitions.yaml.
    """
    from harness.language.notation import to_text

    project, _ = read_project(folder)
    definition = project.library.definitions.get(theorem)
    if definition is not None:
        lines = {p.name: _sort(p) for p in definition.parameters}
        found: dict[str, Any] = {"definition": theorem, "says": definition.says, "for": lines}
        found |= {"is": definition.text.strip()}
    else:
        _, claim = find_claim(folder, theorem, project.library.definitions)
        means = {**project.library.means, **claim.means}
        lines = {p.name: _sort(p) for p in claim.parameters}
        found = {"theorem": claim.theorem, "says": claim.says, "scalars": claim.scalars.title}
        found |= {"for": lines, "means": {n: means[n] for n in lines if n in means}}
        found |= {"assume": {h.name: to_text(h.equation) for h in claim.hypotheses}}
        found |= {"then": to_text(claim.conclusion)}
        if as_json:
            found["latex"] = _latex({h.name: h.equation for h in claim.hypotheses})
            found["latex"]["then"] = _latex({"": claim.conclusion})[""]
    if as_json:
        print_json(found)
    else:
        _show_explained(found)


def _sort(parameter: Parameter) -> str:
    return str(parameter.type if parameter.is_explicit else getattr(parameter.sort, "value", ""))


def _latex(equations: dict[str, Equation]) -> dict[str, str]:
    from harness.language.notation.formula import formula

    return {name: formula(equation).latex for name, equation in equations.items()}


def _show_explained(found: dict[str, Any]) -> None:
    """A claim or a definition for people, from the same data."""
    name = found.get("theorem") or found["definition"]
    scalars = f" (scalars: {found['scalars']})" if "scalars" in found else ""
    click.echo(f"{name}\n\n{found['says']}\n\nfor{scalars}")
    means = found.get("means", {})
    for variable, sort in found["for"].items():
        gloss = f"  ({means[variable]})" if variable in means else ""
        click.echo(f"  {variable}: {sort}{gloss}")
    if found.get("assume"):
        click.echo("assume")
    for label, hypothesis in found.get("assume", {}).items():
        click.echo(f"  {label}: {hypothesis}")
    if "then" in found:
        click.echo(f"then\n  {found['then']}")
    else:
        click.echo(f"is\n  {found['is']}")


@click.command()
@THEOREM
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "latex", "md"]),
    default="text",
    show_default=True,
)
@JSON
@click.pass_obj
@reports_bad_input
def sketch(folder: Path, theorem: str, form: str, as_json: bool) -> None:
    """Print a proof of THEOREM as the symbolic engine found it, step by step.

    What it proves is the specification; whether Lean has the theorem is for `harness check` to say.
    Ends with exit code 3 where it finds no proof.
    """
    from harness.symbolic.sketch import NoSketch
    from harness.symbolic.sketch import sketch as find
    from harness.symbolic.sketch.render import render

    project, claim = find_claim(folder, theorem)
    name = claim.theorem
    try:
        text = render(find(claim, project.library), form)
    except NoSketch as reason:
        if as_json:
            print_json({"theorem": name, "is_proved": False, "reason": str(reason)})
        message = f"{name} has no sketch, and is not proved here: {reason}"
        click.echo(f"{message}; `harness check` asks all legs", err=True)
        sys.exit(3)
    if as_json:
        print_json({"theorem": name, "is_proved": True, "format": form, "sketch": text})
    else:
        click.echo(text)


@click.command()
@click.argument("identifier")
@JSON
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
    from dataclasses import asdict

    from pebble import ProcessExpired

    from harness.numeric.replay import arrays, described
    from harness.sweep.executors import processes

    read_project(folder)  # whose mistakes are told here
    try:
        with processes(1, memory, time_limit) as pool:
            found = pool.submit(_found, folder, identifier).result()
    except (ProcessExpired, MemoryError, TimeoutError) as error:
        over = f"stopped after {time_limit:g} s"
        reasons = {ProcessExpired: "its process died", TimeoutError: over}
        why = reasons.get(type(error)) or str(error) or "it wanted more memory"
        click.echo(f"not replayed: {why}", err=True)
        sys.exit(3)
    if isinstance(found, str):
        raise unusable(identifier, found)
    if as_json:
        shown = {"theorem": found.claim.theorem, **asdict(found.example), "differs": found.differs}
        print_json(shown)
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

    project, _ = read_project(folder)
    try:
        found = find(project, identifier)
    except ValueError as error:
        return str(error)
    return replace(found, claim=found.claim.detached())

"""`harness mutate`: specifications made wrong on purpose, and which leg sees it."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.shared import (
    JSON,
    NO_CACHE,
    ONLY,
    SPECS,
    TOOLCHAIN,
    kept_folder,
    print_json,
    read_project,
    reports_bad_input,
)

if TYPE_CHECKING:
    from harness.mutation.hunt import Finding
    from harness.mutation.score import Score
    from harness.run import Plan


@click.command()
@SPECS
@ONLY
@TOOLCHAIN
@NO_CACHE
@JSON
@click.pass_obj
@reports_bad_input
def mutate(
    folder: Path,
    specs: tuple[str, ...],
    only: tuple[str, ...],
    toolchain: str,
    is_kept: bool,
    as_json: bool,
) -> None:
    """Make claims and definitions wrong in every way that is known, and count who sees it.

    A mutant has one change: a hypothesis dropped, a transpose lost, a variable in place of
    another. Each must be refuted by a leg other than the mirror, which sees any change of text, or
    else be shown to be true as well. Ends with exit code 1 where one survives.
    """

    from harness.mutation.memory import keep
    from harness.mutation.score import to_data
    from harness.run import Plan

    project, claims = read_project(folder, specs, only)
    chosen = replace(project, claims=claims)
    plan = Plan(
        chosen,
        cache=kept_folder(project.root, is_kept),
        toolchain=toolchain,
        seconds=60.0,
        memory=2 << 30,
    )
    try:
        score = _hunt(plan, with_definitions=not (only or specs))
    except KeyboardInterrupt:
        click.echo("interrupted; what was found is kept, and a new run goes on from it", err=True)
        sys.exit(130)
    if not (only or specs):
        keep(plan, score)
    if as_json:
        print_json(to_data(score))
    else:
        _show(score)
    sys.exit(int(score.exit_code))


def _hunt(plan: Plan, *, with_definitions: bool) -> Score:
    from harness.claims.model import Claim
    from harness.mutation.hunt import Finding, hunt
    from harness.mutation.mutants import mutants
    from harness.mutation.score import Score

    asked = [m for m in mutants(plan.project) if with_definitions or isinstance(m.about, Claim)]
    click.echo(f"{len(asked)} mutants", err=True)
    findings = []
    for event in hunt(plan, asked):
        if isinstance(event, Finding):
            findings.append(event)
        else:
            click.echo(event.text, err=True)
    return Score(tuple(findings))


def _show(score: Score) -> None:
    from rich.console import Console
    from rich.table import Table

    from harness.mutation.score import LEGS

    table = Table(box=None, pad_edge=False)
    table.add_column("change")
    for name in ("mutants", "caught", "true", "survived", *(leg.value for leg in LEGS)):
        table.add_column(name, justify="right")
    for kind, part in (*score.by_kind.items(), ("all", score)):
        counts = [part.findings, part.caught, part.explained, part.survivors]
        legs = [str(part.by_leg[leg]) for leg in LEGS]
        table.add_row(kind, *(str(len(found)) for found in counts), *legs)
    console = Console(highlight=False, width=max(shutil.get_terminal_size().columns, 100))
    console.print(table)
    for title, findings in (
        ("True as well, so that no engine can refute it; the mirror leg does:", score.explained),
        ("Survived: neither refuted nor shown to be true:", score.survivors),
    ):
        if findings:
            click.echo(f"\n{title}")
            for finding in findings:
                _show_one(finding)


def _show_one(finding: Finding) -> None:
    mutant = finding.mutant
    click.echo(f"  {mutant.subject}: {mutant.kind}\n    {mutant.what}")
    if finding.explanation is not None:
        click.echo(f"    {finding.explanation.text}")
    else:
        click.echo("    " + ", ".join(f"{leg}: {o}" for leg, o in finding.legs.items()))

"""`harness cost`: what a fold costs."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path

import click

from harness.cli.shared import JSON, THEOREM, find_claim, print_json, reports_bad_input


@click.command()
@THEOREM
@JSON
@click.pass_obj
@reports_bad_input
def cost(folder: Path, theorem: str, as_json: bool) -> None:
    """Count what the fold of THEOREM costs: parameters and operations, before and after.

    Ends with exit code 3 where the theorem is about no fold.
    """
    from harness.cost.counts import Uncountable
    from harness.folds.cost import cost as count
    from harness.report.terminal import show_cost

    project, claim = find_claim(folder, theorem)
    try:
        found = count(claim, project.library)
    except Uncountable as reason:
        click.echo(f"{claim.theorem} is about no fold: {reason}", err=True)
        sys.exit(3)
    if as_json:
        print_json({"theorem": claim.theorem, **asdict(found)})
    else:
        show_cost(found)

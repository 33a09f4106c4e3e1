"""`harness cost`: what a fold costs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from harness.cli.shared import THEOREM, find_claim, reports_bad_input


@click.command()
@THEOREM
@click.pass_obj
@reports_bad_input
def cost(folder: Path, theorem: str) -> None:
    """Count what the fold of THEOREM costs: parameters and operations, before and after.

    Ends with exit code 3 where the theorem is about no fold.
    """
    from harness.cost.counts import Uncountable
    from harness.folds.cost import cost as count
    from harness.report.terminal import show_cost

    project, claim = find_claim(folder, theorem)
    try:
        show_cost(count(claim, project.library))
    except Uncountable as reason:
        click.echo(f"{claim.theorem} is about no fold: {reason}", err=True)
        sys.exit(3)

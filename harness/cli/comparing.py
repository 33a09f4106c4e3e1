"""`harness diff`: what changed between two runs."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from harness.cli.shared import JSON, print_json, reports_bad_input

_REPORT = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("old", type=_REPORT)
@click.argument("new", type=_REPORT)
@JSON
@reports_bad_input
def diff(old: Path, new: Path, as_json: bool) -> None:
    """Say what changed from the report OLD to the report NEW (files that `--json` wrote).

    Ends with exit code 1 where something got worse.
    """
    from harness.report.difference import compare, read_report

    changes = compare(read_report(old), read_report(new))
    if as_json:
        print_json(changes)
    for change in changes if not as_json else ():
        click.echo(str(change))
    if not (changes or as_json):
        click.echo("nothing changed")
    sys.exit(1 if any(change.is_worse for change in changes) else 0)

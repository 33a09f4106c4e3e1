"""The command line. Each command is thin: it reads, asks, shows, and ends with an exit code.

Heavy imports stand inside the commands, so that `harness --help` answers at once.
"""

from __future__ import annotations

from pathlib import Path

import click

from harness import __version__


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


def _register() -> None:
    from harness.cli import checking, comparing, environment, reading

    for command in (
        checking.check,
        checking.report,
        reading.list_claims,
        reading.explain,
        reading.sketch,
        reading.replay,
        reading.schema,
        comparing.diff,
        environment.doctor,
    ):
        main.add_command(command)


_register()

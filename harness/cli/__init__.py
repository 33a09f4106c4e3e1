"""The command line. Each command is thin: it reads, asks, shows, and ends with an exit code.

A command is a function in a file of this folder and a line of `COMMANDS`. Only the command that
is called is imported, and heavy imports stand inside it, so that `harness --help` answers at once.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from harness import __version__
from harness.cli.streams import speak_plainly

COMMANDS: dict[str, dict[str, str]] = {
    "Check": {
        "check": "checking:check",
        "report": "checking:report",
        "programs": "programs:programs",
        "sweep": "sweeping:sweep",
        "replay": "reading:replay",
        "mutate": "mutating:mutate",
        "horizon": "horizon:horizon",
        "probe": "checkpoints:probe",
        "record": "checkpoints:record",
        "verify": "checkpoints:verify",
    },
    "Read": {
        "list": "reading:list_claims",
        "explain": "reading:explain",
        "sketch": "reading:sketch",
        "cost": "costing:cost",
        "ablate": "ablating:ablate",
        "diff": "comparing:diff",
    },
    "Write": {
        "init": "starting:init",
        "new": "drafting:new",
        "lock": "locking:lock",
        "export": "exporting:export",
        "vectors": "vectors:vectors",
        "find": "checkpoints:find",
        "fold": "checkpoints:fold",
    },
    "Set up": {
        "build": "starting:build",
        "doctor": "environment:doctor",
        "schema": "environment:schema",
        "completion": "environment:completion",
    },
}
"""Every command, as "module:function" of this folder, in the order and under the headings of
`--help`."""


class _Commands(click.Group):
    """The commands of the table, each imported when it is needed."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except KeyboardInterrupt:  # before the command itself listens; click would end with 1
            click.echo("interrupted", err=True)
            sys.exit(130)

    def list_commands(self, context: click.Context) -> list[str]:
        return [name for section in COMMANDS.values() for name in section]

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        for section in COMMANDS.values():
            if name in section:
                module, function = section[name].split(":")
                found: Any = getattr(import_module(f"harness.cli.{module}"), function)
                assert isinstance(found, click.Command), name
                return found
        return None

    def resolve_command(
        self, context: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        is_unknown = not name.startswith("-") and self.get_command(context, name) is None
        if is_unknown and not context.resilient_parsing:
            from harness.diagnostics import meant

            hint = meant(name, self.list_commands(context)).removeprefix("; d")
            context.fail(f"There is no command {name!r}." + (f" D{hint}" if hint else ""))
        return super().resolve_command(context, args)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, self.list_commands(context)))
        for title, section in COMMANDS.items():
            with formatter.section(title):
                rows = []
                for name in section:
                    command = self.get_command(context, name)
                    assert command is not None
                    whole = command.get_short_help_str(10_000)  # lines break, sentences do not
                    rows.append((name.ljust(width), whole))
                formatter.write_dl(rows)


@click.command(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
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

    Exit codes: 0 all confirmed, 1 something refuted or unproved, 2 bad input, 3 something could
    not be run or decided.
    """
    from harness.lifetime import end_as_interrupted

    end_as_interrupted()
    speak_plainly()
    context.obj = folder

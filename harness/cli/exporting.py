"""`harness export`: the audited declarations as a file that any checker of Lean can read."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from harness.cli.shared import (
    NO_CACHE,
    OUTPUT_FILE,
    TOOLCHAIN,
    asking_lean,
    read_project,
    reports_bad_input,
)


@click.command()
@click.argument("theorems", nargs=-1, metavar="[THEOREM]…")
@click.option("-o", "--output", type=OUTPUT_FILE, help="The file.  [default: standard output]")
@TOOLCHAIN
@NO_CACHE
@click.pass_obj
@reports_bad_input
def export(
    folder: Path, theorems: tuple[str, ...], output: Path | None, toolchain: str, is_kept: bool
) -> None:
    """Write the claimed theorems, or these, with all that they rest on, as lean4export does.

    The declarations are those that `harness check` gives to Lean's kernel, and those of Lean's
    library below them. Theorems of the library whose proofs Lean does not ship stand there as
    axioms, and are counted on standard error. Exit code 3: Lean has no such theorem, or there is
    no Lean.
    """
    from harness.files import write_atomically
    from harness.kernel.export import write_export
    from harness.lean.audit.second import exported, unproved
    from harness.lean.leg import look

    project, _ = read_project(folder)
    with asking_lean(project, toolchain, is_kept) as caller:
        session = look(project, caller)
    wanted = theorems or tuple(claim.theorem for claim in project.claims)
    constants = session.answer.constants
    missing = [name for name in wanted if session.constant(name) not in constants]
    if missing:
        click.echo(f"Lean has nothing to export of: {', '.join(missing)}", err=True)
        sys.exit(3)
    found = exported(session, wanted)
    text = "".join(write_export(found))
    if output is None:
        click.echo(text, nl=False)
    else:
        write_atomically(output, text)
    axioms = len(unproved(session, found))
    click.echo(
        f"{len(found.declarations)} declarations; {axioms} theorems of Lean's library stand there "
        "as axioms, since their proofs are not shipped",
        err=True,
    )

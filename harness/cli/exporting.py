"""`harness export`: the audited declarations as a file that any checker of Lean can read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.shared import (
    JSON,
    NO_CACHE,
    OUTPUT_FILE,
    TOOLCHAIN,
    Written,
    asking_lean,
    fail,
    read_project,
    reports_bad_input,
    unusable,
)

if TYPE_CHECKING:
    from harness.lean.session import Session


@click.command()
@click.argument("theorems", nargs=-1, metavar="[THEOREM]…")
@click.option("-o", "--output", type=OUTPUT_FILE, help="The file.  [default: standard output]")
@click.option(
    "--challenge",
    "is_challenge",
    is_flag=True,
    help="Instead, their statements without proofs, as Lean text for the tool comparator, with "
    "its settings beside them.  [output default: Challenge.lean]",
)
@JSON
@TOOLCHAIN
@NO_CACHE
@click.pass_obj
@reports_bad_input
def export(
    folder: Path,
    theorems: tuple[str, ...],
    output: Path | None,
    is_challenge: bool,
    as_json: bool,
    toolchain: str,
    is_kept: bool,
) -> None:
    """Write the claimed theorems, or these, with all that they rest on, as lean4export does.

    The declarations are those that `harness check` gives to Lean's kernel, and those of Lean's
    library below them. Theorems of the library whose proofs Lean does not ship stand there as
    axioms, and are counted on standard error. Exit code 3: Lean has no such theorem, or there is
    no Lean; or, of a challenge, the definitions stand in one module with the proofs.
    """
    from harness.files import write_atomically
    from harness.kernel.export import write_export
    from harness.lean.leg import look
    from harness.lean.proof.second import exported, unproved

    if as_json and output is None and not is_challenge:
        raise click.UsageError("--json needs --output: the proof itself goes to standard output")
    told = Written(as_json)
    project, _ = read_project(folder)
    with asking_lean(project, toolchain, is_kept) as caller:
        session = look(project, caller)
    wanted = theorems or tuple(claim.theorem for claim in project.claims)
    constants = session.answer.constants
    missing = [name for name in wanted if session.constant(name) not in constants]
    if missing:
        fail(3, f"Lean has nothing to export of: {', '.join(missing)}")
    if is_challenge:
        _challenge(session, wanted, output or Path("Challenge.lean"), told)
        return
    found = exported(session, wanted)
    text = "".join(write_export(found))
    declarations, axioms = len(found.declarations), len(unproved(session, found))
    if output is None:
        click.echo(text, nl=False)
    else:
        write_atomically(output, text)
        told.wrote(output, declarations=declarations, axioms=axioms)
    click.echo(
        f"{declarations} declarations; {axioms} theorems of Lean's library stand there "
        "as axioms, since their proofs are not shipped",
        err=True,
    )


def _challenge(session: Session, theorems: tuple[str, ...], output: Path, told: Written) -> None:
    from harness.files import write_together
    from harness.lean.challenge import NoChallenge, challenge

    settings = output.with_suffix(".json")
    if settings == output:
        raise unusable(str(output), "expected a name for the Lean file; settings lie beside it")
    try:
        whole = session.graph.whole
        names = list(dict.fromkeys(whole(session.constant(name)) for name in theorems))
        text, configuration = challenge(session, names, output.stem)
    except NoChallenge as error:
        fail(3, f"nothing is written: {error}")
    write_together({output: text, settings: configuration})
    told.wrote(output, statements=len(theorems))
    told.wrote(settings)
    click.echo(
        "comparator builds both "
        f"modules in one package, whose lakefile has a library {output.stem} for it",
        err=True,
    )

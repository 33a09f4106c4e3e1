"""`harness new`: a specification drafted from what Lean has."""

from __future__ import annotations

import sys
from dataclasses import replace
from os.path import relpath
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
    reports_bad_input,
    unusable,
)
from harness.diagnostics import Diagnostic, InputError

if TYPE_CHECKING:
    from harness.claims.model import Library
    from harness.claims.project import Project
    from harness.lean.draft.statement import Draft


@click.command()
@click.argument("theorem", metavar="LEAN_THEOREM", required=False)
@click.option("--all", "is_all", is_flag=True, help="Every theorem that no specification is about.")
@click.option("--output", type=OUTPUT_FILE, help="The file.  [default: specs/LEAN_THEOREM.yaml]")
@click.option("--print", "is_shown", is_flag=True, help="Print the draft, and write no file.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@JSON
@TOOLCHAIN
@NO_CACHE
@click.pass_obj
@reports_bad_input
def new(
    folder: Path,
    theorem: str | None,
    is_all: bool,
    output: Path | None,
    is_shown: bool,
    force: bool,
    as_json: bool,
    toolchain: str,
    is_kept: bool,
) -> None:
    """Draft a specification of LEAN_THEOREM from the statement that Lean has stored.

    What the claim language cannot say becomes a comment in Lean's own text, and the command ends
    with exit code 3.
    """
    from harness.claims.faults import is_lean_name
    from harness.claims.load import load_claim
    from harness.claims.project import claimed_theorems, find_root, open_project
    from harness.files import write_atomically
    from harness.lean.draft.ask import NoSuchTheorem, draft_claims
    from harness.lean.draft.text import draft_text

    told = Written(as_json)
    if is_all:
        _new_all(folder, toolchain, is_kept, told)
        return
    if is_shown and as_json:
        raise click.UsageError("expected --print or --json, not both")
    if theorem is None:
        raise click.UsageError("expected LEAN_THEOREM or --all")
    if not is_lean_name(theorem):
        raise unusable(theorem, "expected the name of a Lean theorem")
    project = open_project(find_root(folder))
    target = output or project.specs / f"{theorem}.yaml"
    if not is_shown:
        _refuse_to_overwrite(target, theorem, claimed_theorems(folder), force)
    try:
        with asking_lean(project, toolchain, is_kept) as caller:
            drafts = draft_claims(project, (theorem,), caller)
    except NoSuchTheorem as error:
        raise unusable(theorem, str(error)) from None
    draft = drafts.found[0]
    place = drafts.session.place(project.library.qualified(draft.theorem))
    text = draft_text(draft, project.library, place)
    if is_shown:
        click.echo(text, nl=False)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(target, text)
        told.wrote(relpath(target))
    for part in draft.untranslated:
        told.not_written("not translated", part.name or "the conclusion", part.reason)
    if not draft.is_whole:
        sys.exit(3)
    if not is_shown:
        load_claim(target, relpath(target), project.library)
        first = "" if project.lock is None else "harness lock, and "
        told.say(f"next: {first}harness check {relpath(target)}")


def _refuse_to_overwrite(target: Path, theorem: str, claimed: dict[str, Path], force: bool) -> None:
    claim = claimed.get(theorem)
    if target.exists() and not force:
        message = "the file is there already; --force writes over it"
        raise InputError([Diagnostic(relpath(target), 1, 1, message)])
    if claim is not None and claim.resolve() != target.resolve():
        message = f"{theorem} is already claimed here; --print shows a draft and writes no file"
        raise InputError([Diagnostic(relpath(claim), 1, 1, message)])


def _new_all(folder: Path, toolchain: str, is_kept: bool, told: Written) -> None:
    """Draft every theorem that has no specification yet, with what these lack: definitions, and
    the constants that are operators."""
    from harness.claims.project import claimed_theorems, find_root, open_project
    from harness.cli.starting import built_package, tell_unreached, write_drafts
    from harness.lean.draft.package import read_all

    project = open_project(find_root(folder))
    built, caller = built_package(project, toolchain, is_kept)
    reader = read_all(project, built, caller)
    claimed = claimed_theorems(folder)
    found = reader.further(project.library, claimed)
    drafts = reader.drafts(found.library, claimed)
    project = _with_definitions(project, found.library, drafts, told)
    for name, reason in sorted(found.left_out.items()):
        told.not_written("left out", name, reason)
    written = write_drafts(project, drafts, reader.session.place, told, found.left_out)
    tell_unreached(built, told)
    told.say(f"{written} of {len(drafts)} theorems without a specification were drafted")
    if any(part.unnamed for draft in drafts for part in draft.untranslated):
        told.say(
            "next: name in definitions.yaml what it does not name yet; "
            "`harness init --specs FOLDER` finds signs that are operators too, and drafts all there"
        )
    if written < len(drafts):
        sys.exit(3)


def _with_definitions(
    project: Project, library: Library, drafts: list[Draft], told: Written
) -> Project:
    """The project, once definitions.yaml has those of the library's that whole drafts rest on."""
    from harness.claims.library import DEFINITIONS_FILE, load_library
    from harness.claims.write import with_definitions, with_operators
    from harness.files import write_atomically
    from harness.lean.reach import reached

    whole = [draft for draft in drafts if draft.is_whole]
    said = [e for d in whole for e in (*(own for _, own in d.hypotheses), d.conclusion) if e]
    needed, used = reached(library, *said)
    own = project.library.definitions
    more = {n: d for n, d in library.definitions.items() if n in needed and n not in own}
    operators = used & library.primitives.keys() - project.library.primitives.keys()
    if not more and not operators:
        return project
    path = project.specs / DEFINITIONS_FILE
    name = relpath(path, project.root)
    text = with_operators(path.read_text("utf-8"), library, operators)
    write_atomically(path, with_definitions(text, more) if more else text)
    counts = {"operators": len(operators), "definitions": len(more)}
    told.wrote(name, **{what: number for what, number in counts.items() if number})
    return replace(project, library=load_library(path, name))

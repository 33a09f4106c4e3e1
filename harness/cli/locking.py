"""`harness lock`: write down, or compare with, what of the Lean package has been reviewed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.cli.shared import (
    JSON,
    NO_CACHE,
    TOOLCHAIN,
    asking_lean,
    fail,
    print_json,
    read_project,
    reports_bad_input,
)

if TYPE_CHECKING:
    from harness.claims.lock import Lock


@click.command()
@click.option("--check", "only_check", is_flag=True, help="Write nothing; fail where it differs.")
@JSON
@TOOLCHAIN
@NO_CACHE
@click.pass_obj
@reports_bad_input
def lock(folder: Path, only_check: bool, as_json: bool, toolchain: str, is_kept: bool) -> None:
    """Lock Lean's statements of all claims, the definitions below them, and what is said of them.

    Review the change of specs/lock.yaml and commit it. From then on a claim whose statement, or a
    definition below it, has become another is not confirmed. Exit code 1: something differs from
    the file, or cannot be locked; 3: there is no file to check, or no Lean.
    """
    from harness.claims.lock import LOCK_FILE, lock_text
    from harness.files import write_atomically
    from harness.lean.leg import look
    from harness.lean.lock import current

    project, _ = read_project(folder)
    path = project.specs / LOCK_FILE
    if only_check and project.lock is None:
        fail(3, f"there is no {path}: nothing is locked; `harness lock` writes it")
    with asking_lean(project, toolchain, is_kept) as caller:
        session = look(project, caller)
    now = current(session)
    missing = [
        c.theorem for c in project.claims if session.constant(c.theorem) not in now.everything
    ]
    if missing:
        fail(1, "Lean has no such theorem, so there is nothing to lock: " + ", ".join(missing))
    changes = _changes(project.lock, now)
    if as_json:
        kinds = {"-": "gone", "+": "new", "~": "changed"}
        print_json([{"what": text[2:], "is": kinds[text[0]]} for text in changes])
    for change in changes if not as_json else ():
        click.echo(change)
    if only_check:
        count = len(changes)
        if not as_json:
            click.echo(f"{path.name}: " + (f"{count} differ" if count else "as it was locked"))
        sys.exit(1 if changes else 0)
    write_atomically(path, lock_text(now))
    counts = f"{len(now.theorems)} theorems and {len(now.definitions)} definitions"
    click.echo(f"locked {counts} in {path}", err=as_json)


def _changes(old: Lock | None, new: Lock) -> list[str]:
    """What is gone (-), new (+) or another (~); one line each."""
    from harness.claims.lock import same

    found = []
    for was, now, what in (
        (old.everything if old else {}, new.everything, ""),
        (old.specifications if old else {}, new.specifications, " (specification)"),
    ):
        for name in sorted(was.keys() | now.keys()):
            if name not in now:
                found.append(f"- {name}{what}")
            elif name not in was:
                found.append(f"+ {name}{what}")
            elif not same(was[name], now[name]):
                found.append(f"~ {name}{what}")
    return found

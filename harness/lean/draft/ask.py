"""Asks Lean what a theorem says, and drafts a claim about it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import cast

from harness.claims.model import Project
from harness.lean.audit.inspection import inspect
from harness.lean.build import build
from harness.lean.draft.prefix import read
from harness.lean.draft.statement import Draft, draft
from harness.lean.errand import ErrandFailed
from harness.lean.find import find_toolchain, package_for
from harness.lean.mirror.plan import Plan
from harness.lean.session import Session
from harness.lean.toolchain import Preference, Progress


class NoSuchTheorem(Exception):
    """The package declares no theorem of this name; says what it declares instead."""


@dataclass(frozen=True)
class Drafts:
    """The drafts that were asked for, and the package that they are of."""

    session: Session
    found: tuple[Draft, ...]


def draft_claims(
    project: Project,
    theorems: tuple[str, ...],
    *,
    cache: Path,
    toolchain: str = "auto",
    on_progress: Progress = lambda text: None,
) -> Drafts:
    """Drafts of claims about these theorems, named within the project's namespace or in full.

    Raises `NoSuchTheorem`, `ErrandFailed` (also where the package does not compile),
    `ToolchainMissing`, and `InputError` where there is no package.
    """
    lean = find_toolchain(cast(Preference, toolchain), root=project.lean, on_progress=on_progress)
    package = package_for(project.lean, lean)
    built = build(package, lean, build_dir=cache / "build", on_progress=on_progress)
    wanted = {name: _candidates(project, name) for name in theorems}
    answer, seconds = inspect(
        built,
        lean,
        [],
        [],
        folder=cache / "statements",
        on_start=lambda: on_progress("Lean: reading statements"),
    )
    session = Session(project, built, Plan((), {}, {}), answer, seconds)
    numbers = count()
    values = session.types(numbers)
    found = []
    for theorem, candidates in wanted.items():
        constant = next((c for c in candidates if c in answer.declarations), None)
        if constant is None:
            raise _no_such(session, theorem)
        if (kind := answer.declarations[constant].kind) != "theorem":
            raise NoSuchTheorem(f"{constant} is no theorem in Lean, but of the kind `{kind}`")
        statement = read(answer.constants[constant].type, numbers)
        name = project.library.relative(constant)
        found.append(draft(name, statement, project.library, values))
    return Drafts(session, tuple(found))


def _candidates(project: Project, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((project.library.qualified(name), name)))


def _no_such(session: Session, theorem: str) -> Exception:
    failed = [module for module in session.build.modules.values() if not module.ok]
    if failed:
        errors = [m for module in failed for m in module.messages if m.is_error]
        where = ", ".join(session.file(module.file) for module in failed)
        first = f": {session.message(errors[0])}" if errors else ""
        return ErrandFailed(f"{where} does not compile{first}")
    near = session.near(session.constant(theorem))
    return NoSuchTheorem(f"Lean has no theorem {theorem}{near}")

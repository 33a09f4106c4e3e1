"""Asks Lean what a theorem says, and drafts a claim about it."""

from __future__ import annotations

from dataclasses import dataclass

from harness.claims.project import Project
from harness.lean.draft.package import read_all
from harness.lean.draft.statement import Draft
from harness.lean.errand import ErrandFailed
from harness.lean.find import package_for
from harness.lean.operators import with_operators
from harness.lean.session import Session
from harness.lean.toolchain import Caller


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
    caller: Caller,
) -> Drafts:
    """Drafts of claims about these theorems, named within the project's namespace or in full.

    Raises `NoSuchTheorem`, `ErrandFailed` (also where the package does not compile), and
    `InputError` where there is no package.
    """
    package = package_for(project.lean, caller.lean)
    built = with_operators(project.library, package, caller)
    wanted = {name: _candidates(project, name) for name in theorems}
    reader = read_all(project, built, caller)
    session = reader.session
    answer = session.answer
    found = []
    for theorem, candidates in wanted.items():
        constant = next((c for c in candidates if c in answer.declarations), None)
        if constant is None:
            raise _no_such(session, theorem)
        if (kind := answer.declarations[constant].kind) != "theorem":
            raise NoSuchTheorem(f"{constant} is no theorem in Lean, but of the kind `{kind}`")
        parts = session.graph.parts.get(constant, ())
        if parts and not session.graph.opened(constant):
            own = ", ".join(map(project.library.relative, parts))
            raise NoSuchTheorem(f"{constant} says more than one thing: claim {own} by itself")
        found.append(constant)
    return Drafts(session, tuple(reader.drafts_of(found, project.library)))


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

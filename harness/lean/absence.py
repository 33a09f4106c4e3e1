"""Why Lean does not have what a specification names, as far as the files tell."""

from __future__ import annotations

import re
from dataclasses import dataclass

from harness.diagnostics import Diagnostic
from harness.lean.build import ModuleBuild, ModuleOutcome
from harness.lean.session import Session


@dataclass(frozen=True)
class Absence:
    """A declaration that is not there."""

    summary: str
    is_unbuilt: bool
    """Whether it may be there, in a file that was not built or not reached."""
    is_undecided: bool = False
    """Whether nothing follows for it: Lean did not refuse that file, it came to no end with it."""
    errors: tuple[Diagnostic, ...] = ()
    """What Lean said of the file that it may be in."""
    unreached: str = ""
    """The file that it stands in, where no root imports that."""


def explain_absence(session: Session, name: str, kind: str) -> Absence:
    """Why there is no `kind` of this name (as the specifications have it)."""
    constant = session.constant(name)
    short = constant.rsplit(".", 1)[-1]
    package = session.build.package
    for module in session.build.modules.values():
        if not module.ok and _declares(session, module.module, short):
            return _unbuilt(session, module)
    for unreached in package.unreached:
        if _declares(session, unreached, short):
            file = session.file(package.modules[unreached].file)
            summary = f"{constant} stands in {file}, which the package's root does not import."
            return Absence(summary, True, unreached=file)
    missing = f"Lean has no {kind} {constant}"
    for other in sorted(session.graph.declarations):
        if other.rsplit(".", 1)[-1] == short:
            why = "in another namespace"
            if other.startswith("_private."):
                other = other.split(".0.", 1)[-1]
                why = "private to its file" if other == constant else f"{why}, private to its file"
            return Absence(f"{missing}; there is {other}, {why}.", False)
    for module in session.build.modules.values():
        if _declares(session, module.module, short):
            file = session.file(module.file)
            summary = f"{missing}, though {file} seems to declare it: Lean does not read so far."
            return Absence(summary, False)
    failed = [module for module in session.build.modules.values() if not module.ok]
    # It may stand in any of them: where one was not read to its end, nothing is known.
    failed.sort(key=lambda module: module.outcome is not ModuleOutcome.UNDECIDED)
    if failed:
        return _unbuilt(session, failed[0])
    return Absence(f"{missing}{session.near(constant)}.", False)


def _unbuilt(session: Session, module: ModuleBuild) -> Absence:
    causes = session.build.causes(module.module)
    # Where one file is refused, it does not matter what became of the others.
    refused = [cause for cause in causes if cause.outcome is not ModuleOutcome.UNDECIDED]
    told = refused or causes
    errors = [message for cause in told for message in cause.messages if message.is_error]
    where = ", ".join(session.file(cause.file) for cause in told)
    what = "does not compile" if refused else "could not be checked"
    found = tuple(map(session.message, errors))
    if not found:
        return Absence(f"{where} {what}.", True, not refused)
    first = found[0].message.split("\n", 1)[0]
    summary = f"{where} {what}: line {found[0].line}: {first}"
    if not refused and told[0].reason:
        summary = f"{summary.rstrip('.')} ({told[0].reason})."
    return Absence(summary, True, not refused, found)


def _declares(session: Session, module: str, short: str) -> bool:
    """Whether the text of a module seems to declare this."""
    return declared_in("\n".join(session.places.source(module)), short)


def declared_in(source: str, short: str) -> bool:
    """Whether a text seems to declare something whose name ends in the part `short`."""
    keyword = r"\b(?:theorem|lemma|def|abbrev|structure|inductive|class|instance|opaque|axiom)"
    name = rf"(?:\S+\.)?(?:«{re.escape(short)}»|{re.escape(short)}(?![\w'!?]))"
    return re.search(rf"{keyword}\s+{name}", source) is not None

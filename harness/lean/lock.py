"""Whether Lean still says what somebody reviewed: the session beside the lock file.

A drifted claim is inconclusive, not refuted: nothing shows that it is false, or that its proof or
its specification is wrong. But nobody has read what it says now, so it is not confirmed either, and
whoever emptied a definition on both sides alike, which every other leg would pass, is found here.

`specs/lock.yaml` holds a fingerprint of each claim's statement, and of each definition of the
package that it unfolds to, as Lean's kernel has them, with Lean's text beside them for the
reviewer of a change; and what the specifications say in words, define, waive and excuse. Texts are
compared as fingerprints are, since they are what a reviewer reads. Without a lock file the check
does not apply, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from harness.claims.lock import LOCK_FILE, Lock, Locked, Spoken, visible
from harness.claims.model import Claim, Definition
from harness.diagnostics import Diagnostic
from harness.evidence import LOCK, Evidence, Json, Leg, Outcome
from harness.language.types import Parameter, Sort
from harness.lean.reach import reached
from harness.lean.refuted import LeanCheck
from harness.lean.session import Session, definition_fault, theorem_fault

CHECK = LeanCheck(Leg.MIRROR, LOCK)


@dataclass(frozen=True)
class Drift:
    """One way in which Lean is no longer what was reviewed."""

    constant: str
    what: str
    """What became of it, as the end of a sentence that begins with its name."""
    was: str = ""
    now: str = ""


def current(session: Session) -> Lock:
    """What there is to lock: the claimed theorems and all definitions that they or specs reach."""
    library, declarations = session.project.library, session.answer.declarations
    theorems = [session.constant(claim.theorem) for claim in session.project.claims]
    named = [*library.constants(), *library.primitives.values()]
    found = {name: _lock(session, name) for name in theorems if name in declarations}
    definitions = {name: _lock(session, name) for name in named if name in declarations}
    for locked in (*found.values(), *list(definitions.values())):
        definitions |= {name: _lock(session, name) for name in locked.unfolds_to}
    spoken = {c.theorem: _spoken(session, c) for c in session.project.claims}
    spoken |= {name: _spoken(session, d) for name, d in library.definitions.items()}
    return Lock(session.build.version, found, definitions, spoken)


def _spoken(session: Session, about: Claim | Definition) -> Spoken:
    library = session.project.library
    if isinstance(about, Claim):
        texts = (*(h.equation for h in about.hypotheses), about.conclusion)
        definitions, operators = reached(library, *texts)
        text, waived = "", about.waived
    else:
        definitions, operators = reached(library, about.body)
        given = ", ".join(f"{p.name}: {_sort(p)}" for p in about.parameters)
        text, waived = f"({given}) = {about.text}", {}
    constants = {name: library.primitives.get(name, "") for name in operators}
    return Spoken(about.says, text, tuple(sorted(definitions)), constants, waived, about.vacuous)


def _sort(parameter: Parameter) -> str:
    sort = parameter.sort
    return sort.value if isinstance(sort, Sort) else str(sort)


def _lock(session: Session, constant: str) -> Locked:
    own, parts = session.graph.own_fingerprints(constant)
    place = session.place(constant)
    is_theorem = session.answer.declarations[constant].kind == "theorem"
    text = "" if place is None else place.statement if is_theorem else place.text
    return Locked(f"sha256:{own}", tuple(sorted(parts)), text)


def drifts(lock: Lock, now: Lock, constant: str) -> Iterator[Drift]:
    """How `constant`, or what it unfolds to, departs from what is locked."""
    locked, present = lock.everything, now.everything
    if constant not in locked:
        yield Drift(constant, "is not in the lock file", now=present[constant].lean)
        return
    reached = present[constant].unfolds_to
    unlisted = set(reached) - set(locked[constant].unfolds_to)
    for name in dict.fromkeys((constant, *locked[constant].unfolds_to, *reached)):
        was, new = locked.get(name), present.get(name)
        if was is None:
            yield Drift(name, "is not in the lock file", now=new.lean if new else "")
        elif name in unlisted:
            yield Drift(name, f"is not listed under {constant} in the lock file", now=was.lean)
        elif new is None or name not in (constant, *reached):
            yield Drift(name, "is no longer reached", was.lean)
        elif was.fingerprint != new.fingerprint:
            yield Drift(name, "is not what was locked", visible(was.lean), visible(new.lean))
        elif visible(was.lean) != visible(new.lean):
            what = "means what was locked, in other words than the lock file has"
            yield Drift(name, what, visible(was.lean), visible(new.lean))
        elif name != constant and set(was.unfolds_to) != set(new.unfolds_to):
            listed = ", ".join(was.unfolds_to), ", ".join(new.unfolds_to)
            yield Drift(name, "unfolds to other definitions than the lock file has", *listed)


def spoken_drifts(lock: Lock, now: Lock, subject: str) -> Iterator[Drift]:
    """How what the specifications say of `subject`, or of what it uses, departs from the lock."""
    present = now.specifications[subject]
    for name in dict.fromkeys((subject, *present.uses)):
        was, new = lock.specifications.get(name), now.specifications[name]
        if was is None:
            yield Drift(name, "as it is specified is not in the lock file", now=new.says)
            continue
        is_same = was.operators.keys() == new.operators.keys()
        operators = "constants of Lean" if is_same else "operators in its specification"
        for what, old, said in (
            ("is described in other words", was.says, new.says),
            ("is specified otherwise", was.text, new.text),
            ("uses other definitions", ", ".join(was.uses), ", ".join(new.uses)),
            (f"uses other {operators}", _listed(was.operators), _listed(new.operators)),
            ("is waived otherwise", _listed(was.waived), _listed(new.waived)),
            ("is excused otherwise", was.vacuous, new.vacuous),
        ):
            if visible(old) != visible(said):
                yield Drift(name, what, visible(old), visible(said))


def _listed(items: Mapping[str, str]) -> str:
    return "\n".join(f"{name}: {items[name]}" for name in sorted(items))


def check_lock(session: Session) -> Iterator[Evidence]:
    """Evidence for every claim and every definition of the specifications."""
    now = current(session)
    subjects = [claim.theorem for claim in session.project.claims]
    subjects += list(session.project.library.definitions)
    for subject in subjects:
        if session.constant(subject) in now.everything:
            yield _evidence(session, now, subject)


def _evidence(session: Session, now: Lock, subject: str) -> Evidence:
    constant, lock = session.constant(subject), session.project.lock
    if lock is None:
        summary = f"Not locked: there is no {LOCK_FILE}; `harness lock` writes it."
        return CHECK.found(subject, Outcome.NOT_APPLICABLE, summary)
    found = [*drifts(lock, now, constant), *spoken_drifts(lock, now, subject)]
    own = now.everything[constant]
    data: dict[str, Json] = {"fingerprint": own.fingerprint, **session.toolchain}
    if not found:
        summary = (
            f"{constant} is as it was when it was locked, and so are the {len(own.unfolds_to)} "
            "definitions of the package that it unfolds to; and so is what the specifications say "
            "of it in words."
        )
        return CHECK.found(subject, Outcome.CONFIRMED, summary, data)
    what = "; ".join(f"{drift.constant} {drift.what}" for drift in found)
    summary = f"Drifted: {what}. Review it, then run `harness lock`."
    if lock.lean != now.lean:
        summary += f" (It was locked by Lean {lock.lean}; this is {now.lean}.)"
    data["drifted"] = [
        {"name": d.constant, "what": d.what, "was": d.was, "now": d.now} for d in found
    ]
    faults = _faults(session, subject, found)
    return CHECK.found(subject, Outcome.INCONCLUSIVE, summary, data, faults)


def _faults(session: Session, subject: str, found: list[Drift]) -> tuple[Diagnostic, ...]:
    """One fault at the specification that speaks of it, and one at each place that changed."""
    names = ", ".join(dict.fromkeys(drift.constant for drift in found))
    message = f"drifted from {LOCK_FILE}: {names}"
    claims = {claim.theorem: claim for claim in session.project.claims}
    if subject in claims:
        faults = [*theorem_fault(claims[subject], message)]
    else:
        faults = [*definition_fault(session, subject, message)]
    for drift in found:
        text = f"{drift.constant} {drift.what}"
        if drift.was and drift.was != drift.now:
            text += f"; locked was: {drift.was}"
        place = session.diagnostic(drift.constant, text)
        faults += [place] if place is not None else []
    return tuple(faults)

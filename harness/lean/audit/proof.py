"""The proof leg: is each claimed theorem proved, and on what does the proof rest?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from harness.claims.model import Claim
from harness.diagnostics import Diagnostic
from harness.evidence import Evidence, Json, Leg, Outcome
from harness.lean.absence import Absence, explain_absence
from harness.lean.audit.graph import counted, readable
from harness.lean.refuted import Fact, Ground, refuted
from harness.lean.session import Session, theorem_fault

CHECK = "kernel"


def prove(session: Session, claim: Claim) -> Evidence:
    """What Lean's kernel says of the theorem that `claim` names."""
    constant = session.constant(claim.theorem)
    declaration = session.answer.declarations.get(constant)
    if declaration is None:
        absence = explain_absence(session, claim.theorem, "theorem")
        if absence.errors:
            return _missing(session, claim, absence)
    said = next((message for message in session.build.messages if message.is_error), None)
    if said is not None:
        # What a build tool prints without a place may be about any module, or about itself.
        summary = f"The package does not build: {said.text.split(chr(10), 1)[0]}"
        found = (session.message(said),)
        return _evidence(claim, Outcome.ERROR, summary, dict(session.toolchain), found)
    if declaration is None:
        return _missing(session, claim, explain_absence(session, claim.theorem, "theorem"))
    data = describe(session, constant)
    if declaration.kind != "theorem":
        summary = (
            f"{constant} is not a theorem but {_article(declaration.kind)}; nothing is proved."
        )
        return _refuted(claim, Fact.UNPROVED, summary, data, session.fault([constant], summary))
    return (
        _assumed(session, claim, data)
        or _compiled(session, claim, data)
        or _unchecked(session, claim, data)
        or _confirmed(session, claim, data)
    )


def describe(session: Session, constant: str) -> dict[str, Json]:
    """What a report shows of a declaration: where it stands, what it says and what it uses."""
    declaration = session.answer.declarations[constant]
    place = session.place(constant)
    fingerprint, definitions = session.graph.fingerprint(constant)
    data: dict[str, Json] = {
        "constant": constant,
        "module": declaration.module,
        "file": session.file(session.places.file(declaration.module)),
        "axioms": sorted(map(readable, session.graph.axioms(constant))),
        "uses": list(map(readable, session.graph.lemmas(constant))),
        "fingerprint": fingerprint,
        "definitions": definitions,
        **session.toolchain,
    }
    if place is not None:
        data |= {
            "line": place.line,
            "end_line": place.end_line,
            "source": place.statement,
            "docstring": place.docstring,
        }
    return data


def _missing(session: Session, claim: Claim, absence: Absence) -> Evidence:
    where = absence.errors or theorem_fault(claim, absence.summary)
    data: dict[str, Json] = dict(session.toolchain)
    if absence.unreached:
        data["unreached"] = absence.unreached
    if not absence.is_unbuilt:
        data["missing"] = True
    if absence.is_undecided:
        return _evidence(claim, Outcome.NOT_RUN, absence.summary, data, where)
    return _refuted(claim, Fact.ABSENT, absence.summary, data, where)


def _unchecked(session: Session, claim: Claim, data: dict[str, Json]) -> Evidence | None:
    """Evidence against the claim where the kernel does not accept all that it rests on."""
    constant = session.constant(claim.theorem)
    # The furthest first: what is built on a refused declaration is refused because of it.
    for name in reversed(session.graph.rests_on(constant)):
        ruling = session.answer.replayed.get(name)
        if ruling is None:
            summary = f"The kernel was not asked about {name}, on which {constant} rests."
            return _evidence(claim, Outcome.ERROR, summary, data)
        if ruling.undecided:
            whom = "it" if name == constant else f"{readable(name)}, on which it rests"
            summary = f"Lean's kernel could not be asked about {whom}: {ruling.reason}."
            where = session.fault([name, constant], summary)
            return _evidence(claim, Outcome.NOT_RUN, summary, data, where)
        if not ruling.accepted:
            whom = "it" if name == constant else f"{readable(name)}, on which it rests"
            summary = f"The kernel refuses {whom}: {ruling.reason}."
            # What the kernel is not given, such as an unsafe constant, nobody has accepted either.
            ground = ruling if ruling.verdict == "refused" else Fact.UNPROVED
            return _refuted(claim, ground, summary, data, session.fault([name, constant], summary))
    return None


def _assumed(session: Session, claim: Claim, data: dict[str, Json]) -> Evidence | None:
    """Evidence against the claim where its proof assumes something."""
    constant = session.constant(claim.theorem)
    extra = session.graph.assumed(constant)
    if not extra:
        return None
    parts: list[str] = []
    diagnostics: list[Diagnostic] = []
    for axiom, citing in extra.items():
        what = "`sorry`" if axiom == "sorryAx" else f"the axiom {readable(axiom)}"
        by = "" if citing == constant else f", through {readable(citing)}"
        parts.append(f"{what}{by}")
        places = [citing, axiom, constant]
        diagnostics += session.fault(places, f"{claim.theorem} rests on {what}{by}.")
    summary = f"It is unproved: what stands for a proof rests on {'; on '.join(parts)}."
    return _refuted(claim, Fact.UNPROVED, summary, data, diagnostics)


def _compiled(session: Session, claim: Claim, data: dict[str, Json]) -> Evidence | None:
    """Evidence against the claim where the kernel takes a compiled program's word for something."""
    constant = session.constant(claim.theorem)
    found = session.graph.compiled(constant)
    if not found:
        return None
    word, citing = next(iter(found.items()))
    through = f", through {readable(citing)}" if citing != constant else ""
    summary = (
        f"It rests on what compiled code answers ({word}{through}): the kernel runs that, and "
        "checks nothing."
    )
    return _refuted(claim, Fact.UNPROVED, summary, data, session.fault([citing, constant], summary))


def _confirmed(session: Session, claim: Claim, data: dict[str, Json]) -> Evidence:
    names = data["axioms"]
    assert isinstance(names, list)
    count = len(session.graph.rests_on(session.constant(claim.theorem)))
    rest = f"on no axiom but {', '.join(map(str, names))}" if names else "on no axiom"
    others = f" and the {counted(count - 1, 'declaration')} of the package below it" * (count > 1)
    headers = (module.header for module in session.build.package.modules.values())
    roots = {item.module.split(".")[0] for header in headers for item in header.imports}
    believed = sorted(roots & session.build.taken_as_fetched)
    fetched = f"; what it takes from {' and '.join(believed)} is believed as it was fetched"
    summary = (
        f"Lean's kernel accepts the theorem{others}, each built anew from its text; it rests "
        f"{rest}{fetched if believed else ''}."
    )
    believing: dict[str, Json] = {"believed": [*believed]} if believed else {}
    found = _evidence(claim, Outcome.CONFIRMED, summary, {**data, "replayed": count, **believing})
    return replace(found, seconds=session.build.modules[str(data["module"])].seconds)


def _evidence(
    claim: Claim,
    outcome: Outcome,
    summary: str,
    data: Mapping[str, Json],
    diagnostics: Iterable[Diagnostic] = (),
) -> Evidence:
    about = claim.theorem, Leg.PROOF, CHECK
    return Evidence(*about, outcome, summary, data, diagnostics=tuple(diagnostics))


def _refuted(
    claim: Claim,
    ground: Ground,
    summary: str,
    data: dict[str, Any],
    diagnostics: Iterable[Diagnostic],
) -> Evidence:
    return refuted(claim.theorem, Leg.PROOF, CHECK, ground, summary, data, diagnostics)


def _article(kind: str) -> str:
    return f"an {kind}" if kind[0] in "aeio" else f"a {kind}"

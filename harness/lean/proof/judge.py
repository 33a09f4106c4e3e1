"""The proof leg: is each claimed theorem proved, and on what does the proof rest?"""

from __future__ import annotations

from harness.claims.model import Claim
from harness.diagnostics import Diagnostic
from harness.evidence import Evidence, Json, Leg, Outcome
from harness.lean.absence import Absence, explain_absence
from harness.lean.audit.graph import assumption, counted, it_or_below, readable
from harness.lean.refuted import Fact, LeanCheck
from harness.lean.session import Session, theorem_fault

CHECK = LeanCheck(Leg.PROOF, "kernel")


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
        return CHECK.found(claim.theorem, Outcome.ERROR, summary, dict(session.toolchain), found)
    if declaration is None:
        return _missing(session, claim, explain_absence(session, claim.theorem, "theorem"))
    data = describe(session, constant)
    if declaration.kind != "theorem":
        what = f"{'an' if declaration.kind[0] in 'aeio' else 'a'} {declaration.kind}"
        summary = f"{constant} is not a theorem but {what}; nothing is proved."
        where = session.fault([constant], summary)
        return CHECK.refuted(claim.theorem, Fact.UNPROVED, summary, data, where)
    return (
        _assumed(session, claim, data)
        or _compiled(session, claim, data)
        or _unchecked(session, claim, data)
        or _confirmed(session, claim, data)
    )


def describe(session: Session, constant: str) -> dict[str, Json]:
    """What a report shows of a declaration: where it stands, what it says and what it uses."""
    module = session.answer.declarations[constant].module
    fingerprint, definitions = session.graph.fingerprint(constant)
    return {
        "constant": constant,
        "module": module,
        "file": session.file(session.places.file(module)),
        "axioms": sorted(map(readable, session.graph.axioms(constant))),
        "uses": list(map(readable, session.graph.lemmas(constant))),
        "fingerprint": fingerprint,
        "definitions": definitions,
        **session.toolchain,
        **session.text(constant),
    }


def _missing(session: Session, claim: Claim, absence: Absence) -> Evidence:
    where = absence.errors or theorem_fault(claim, absence.summary)
    data: dict[str, Json] = dict(session.toolchain)
    if absence.unreached:
        data["unreached"] = absence.unreached
    if not absence.is_unbuilt:
        data["missing"] = True
    if absence.is_undecided:
        return CHECK.found(claim.theorem, Outcome.NOT_RUN, absence.summary, data, where)
    return CHECK.refuted(claim.theorem, Fact.ABSENT, absence.summary, data, where)


def _unchecked(session: Session, claim: Claim, data: dict[str, Json]) -> Evidence | None:
    """Evidence against the claim where the kernel does not accept all that it rests on."""
    constant, about = session.constant(claim.theorem), claim.theorem
    # The furthest first: what is built on a refused declaration is refused because of it.
    for name in reversed(session.graph.rests_on(constant)):
        ruling = session.answer.replayed.get(name)
        if ruling is None:
            summary = f"The kernel was not asked about {name}, on which {constant} rests."
            return CHECK.found(about, Outcome.ERROR, summary, data)
        whom = it_or_below(name, constant)
        if ruling.undecided:
            summary = f"Lean's kernel could not be asked about {whom}: {ruling.reason}."
            where = session.fault([name, constant], summary)
            return CHECK.found(about, Outcome.NOT_RUN, summary, data, where)
        if not ruling.accepted:
            summary = f"The kernel refuses {whom}: {ruling.reason}."
            # What the kernel is not given, such as an unsafe constant, nobody has accepted either.
            ground = ruling if ruling.verdict == "refused" else Fact.UNPROVED
            where = session.fault([name, constant], summary)
            return CHECK.refuted(about, ground, summary, data, where)
    return None


def _assumed(session: Session, claim: Claim, data: dict[str, Json]) -> Evidence | None:
    """Evidence against the claim where its proof assumes something."""
    constant = session.constant(claim.theorem)
    told: list[str] = []
    faults: list[Diagnostic] = []
    for axiom, citing in session.graph.assumed(constant).items():
        told.append(assumption(axiom, citing, constant))
        faults += session.fault([citing, axiom, constant], f"{claim.theorem} rests on {told[-1]}.")
    if not told:
        return None
    summary = f"It is unproved: what stands for a proof rests on {'; on '.join(told)}."
    return CHECK.refuted(claim.theorem, Fact.UNPROVED, summary, data, faults)


def _compiled(session: Session, claim: Claim, data: dict[str, Json]) -> Evidence | None:
    """Evidence against the claim where the kernel takes a compiled program's word for something."""
    constant = session.constant(claim.theorem)
    for word, citing in session.graph.compiled(constant).items():
        through = f", through {readable(citing)}" if citing != constant else ""
        summary = (
            f"It rests on what compiled code answers ({word}{through}): the kernel runs that, and "
            "checks nothing."
        )
        where = session.fault([citing, constant], summary)
        return CHECK.refuted(claim.theorem, Fact.UNPROVED, summary, data, where)
    return None


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
    data = {**data, "replayed": count, **({"believed": [*believed]} if believed else {})}
    seconds = session.build.modules[str(data["module"])].seconds
    return CHECK.found(claim.theorem, Outcome.CONFIRMED, summary, data, seconds=seconds)

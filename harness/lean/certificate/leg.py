"""The necessity leg's judge: what the search found, put to Lean's kernel.

A hypothesis is necessary when the kernel accepts the negation of the claim without it. Whoever
searched is not believed: of what he says only a proof of the stronger claim stands, as his own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from harness.claims.model import Claim
from harness.claims.project import Project
from harness.diagnostics import Diagnostic
from harness.evidence import Evidence, Json, Leg, Outcome, Witness
from harness.lean import expression as lean
from harness.lean.audit.answer import Answer
from harness.lean.audit.comparison import Comparison
from harness.lean.audit.inspection import inspect
from harness.lean.certificate.numbers import FURTHER, MODULO_THREE, CannotCertify, numbers_of
from harness.lean.certificate.statement import refutation, satisfaction, weakening
from harness.lean.errand import ErrandFailed
from harness.lean.expression import constants
from harness.lean.printer import Printer
from harness.lean.reach import bridged, reached
from harness.lean.refuted import DECIDED
from harness.lean.scope import CannotPrint
from harness.lean.session import Session
from harness.lean.toolchain import Caller

WITNESS = "witness"
ANSWERED = frozenset({"holds", "trivial"})
"""Answers of the search that say that a hypothesis is superfluous."""


def without(hypothesis: str) -> str:
    """The check of one hypothesis."""
    return f"without {hypothesis}"


@dataclass
class Request:
    """What the kernel is asked about one piece of evidence."""

    comparisons: tuple[Comparison, ...] = ()
    why_not: str = ""
    """Why the kernel cannot be asked."""


def certify(session: Session, caller: Caller, searched: Sequence[Evidence]) -> Iterator[Evidence]:
    """The evidence of the leg: each thing that the search found, with what the kernel says to it.

    Raises Stopped.
    """
    claims = {claim.theorem: claim for claim in session.project.claims}
    asked = _requests(session, claims, searched)
    answer, failed = Answer(), ""
    if every := [c for request in asked.values() for c in request.comparisons]:
        try:
            answer, _ = inspect(
                session.build,
                caller,
                every,
                folder="certificates",
                what="deciding what breaks without each hypothesis",
                more=FURTHER,
                alone=True,
            )
        except ErrandFailed as error:
            failed = f"Lean could not be asked: {error}"

    def judged(item: Evidence) -> Evidence:
        request = asked[item.subject, item.check]
        if failed or request.why_not:
            return _not_certified(item, failed or request.why_not)
        return _judged(session, claims[item.subject], item, request, answer)

    yield from _all(session.project, searched, judged)


def uncertified(project: Project, searched: Sequence[Evidence], why: str) -> Iterator[Evidence]:
    """What the search found, where no Lean can be asked."""
    return _all(project, searched, lambda item: _not_certified(item, why))


def _all(
    project: Project, searched: Sequence[Evidence], judged: Callable[[Evidence], Evidence]
) -> Iterator[Evidence]:
    claims = {claim.theorem: claim for claim in project.claims}
    for item in searched:
        yield judged(item) if _is_candidate(item) else _as_found(claims[item.subject], item)
    yield from _unanswered(claims, searched)


# -- what is asked --------------------------------------------------------------------------------


def _requests(
    session: Session, claims: Mapping[str, Claim], searched: Sequence[Evidence]
) -> dict[tuple[str, str], Request]:
    """What the kernel is asked, by the subject and the check of what was found."""
    printer = Printer(session.project.library)
    found: dict[tuple[str, str], Request] = {}
    for item in searched:
        if not _is_candidate(item):
            continue
        claim = claims[item.subject]
        request = Request()
        if session.constant(claim.theorem) not in session.answer.declarations:
            request.why_not = f"Lean has no theorem {session.constant(claim.theorem)}."
        else:
            try:
                request.comparisons = tuple(
                    comparison.of(session.constant(claim.theorem), printer.library)
                    for comparison in _comparisons(printer, claim, item)
                )
                request.why_not = _assumed(session, request.comparisons)
            except (CannotCertify, CannotPrint) as reason:
                request.why_not = f"The kernel cannot decide it: {reason}."
            except Exception as error:  # a fault of ours, and of this claim alone
                request.why_not = f"The harness failed: {type(error).__name__}: {error}."
        found[item.subject, item.check] = request
    return found


def _is_candidate(item: Evidence) -> bool:
    """Whether the search found something that Lean is to certify."""
    return item.counterexample is not None or "instance" in item.data


def _comparisons(printer: Printer, claim: Claim, item: Evidence) -> tuple[Comparison, ...]:
    key = f"{claim.theorem}:{item.check}"
    if item.check == WITNESS:
        witness = _witness(item.data.get("instance"))
        return (satisfaction(printer, claim, witness, key, _modulus(item)),)
    names = [without(h.name) for h in claim.hypotheses]
    if item.check not in names or item.counterexample is None:
        raise CannotCertify("it is about no hypothesis of the claim")
    if item.data.get("exact") is False and not _modulus(item):
        raise CannotCertify(f"it is none in fractions ({item.counterexample.remark})")
    dropped = names.index(item.check)
    kept = tuple(h for i, h in enumerate(claim.hypotheses) if i != dropped)
    rest = replace(claim, hypotheses=kept)
    return (
        weakening(printer, claim, dropped, f"{key}:is the theorem less that"),
        refutation(printer, rest, item.counterexample, key, _modulus(item)),
    )


def _modulus(item: Evidence) -> int:
    """What the instance is modulo; 0 where it is not."""
    found = item.data.get("modulus", 0)
    return found if isinstance(found, int) else 0


def _witness(data: Any) -> Witness:
    try:
        points = tuple(tuple(map(int, point)) for point in data["points"])
        return Witness(dict(data["sizes"]), dict(data["values"]), points)
    except (KeyError, TypeError, ValueError):
        raise CannotCertify("the search gave no instance") from None


def _assumed(session: Session, comparisons: Sequence[Comparison]) -> str:
    """A complaint where what is to be computed rests on an assumption of the package's own."""
    for name in {n for c in comparisons for n in constants(c.statement)}:
        if name in session.answer.declarations:
            extra = {**session.graph.assumed(name), **session.graph.compiled(name)}
            if extra:
                return f"{name} rests on {min(extra)}."
    return ""


# -- what it comes to -----------------------------------------------------------------------------


def _judged(
    session: Session, claim: Claim, item: Evidence, request: Request, answer: Answer
) -> Evidence:
    rulings = [answer.compared.get(comparison.key) for comparison in request.comparisons]
    numbers = numbers_of(claim.scalars, session.project.library, _modulus(item))
    statement = request.comparisons[-1].statement
    data: dict[str, Json] = {
        **item.data,
        **session.toolchain,
        "numbers": numbers.says,
        "lean_statement": lean.source(statement),
    }
    refused = next((r for r in rulings if r is None or not r.accepted), None)
    if refused is None and all(rulings):
        data["certified"] = True
        sizes = item.counterexample.sizes if item.counterexample else _sizes(item)
        at = ", ".join(f"{name} = {size}" for name, size in sizes.items())
        where = f"over {numbers.says}" + (f", at {at}" if at else "")
        if item.check == WITNESS:
            about = ", ".join(map(str, _listed(item.data.get("substance"))))
            summary = (
                f"All hypotheses are met at once, with {about} not trivial: certified by Lean's "
                f"kernel {where}."
            )
        else:
            summary = (
                f"{item.data.get('hypothesis')} is necessary: Lean's kernel accepts the negation "
                f"of the claim without it, by computing both sides {where}."
            )
        return replace(item, outcome=Outcome.CONFIRMED, summary=summary, data=data)
    if not rulings or None in rulings:
        summary = "The kernel was not asked."
        return replace(item, outcome=Outcome.ERROR, summary=summary, data=data)
    undecided = next((r for r in rulings if r is not None and r.verdict not in DECIDED), None)
    if undecided is not None:
        why = f"Lean's kernel did not come to an answer: {undecided.reason or undecided.verdict}."
        return _not_certified(replace(item, data=data), why)
    reason = refused.reason if refused else "it was not asked"
    if refused is not None and len(rulings) > 1 and refused is rulings[0]:
        # What is refused is no counterexample, but that it is one to what Lean's theorem says.
        summary = (
            f"A counterexample to the specification without {item.data.get('hypothesis')} was "
            "found. It says nothing of Lean's theorem, which by Lean's kernel is not what the "
            f"specification says: {reason}."
        )
        return replace(item, outcome=Outcome.INCONCLUSIVE, summary=summary, data=data)
    if numbers is MODULO_THREE and not _modulus(item):
        why = f"Lean's kernel refuses it over {numbers.says}: {reason}."
        return _not_certified(replace(item, data=data), why)
    library = session.project.library
    below = reached(library, *(h.equation for h in claim.hypotheses), claim.conclusion)
    if bridges := bridged(library, *below):
        # What recurses by a measure does not compute by definition, which a certificate needs.
        what = f"What is meant by {', '.join(bridges)} is so by theorems"
        why = f"{what}, and Lean's kernel does not compute it: {reason}."
        return _not_certified(replace(item, data=data), why)
    summary = f"The search and Lean's kernel contradict each other: the kernel says {reason}."
    return replace(item, outcome=Outcome.ERROR, summary=summary, data=data)


def _sizes(item: Evidence) -> Mapping[str, int]:
    return _witness(item.data.get("instance")).sizes


def _listed(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list | tuple) else ()


def _not_certified(item: Evidence, why: str) -> Evidence:
    """Numeric only: the search found it, and Lean was not able to say so."""
    what = "An instance" if item.check == WITNESS else "A counterexample"
    summary = f"{what} was found, but is numeric only, not certified. {why}"
    return replace(item, outcome=Outcome.INCONCLUSIVE, summary=summary)


def _as_found(claim: Claim, item: Evidence) -> Evidence:
    """What needs no certificate; a confirmation only where it is one."""
    if item.outcome is Outcome.REFUTED:
        summary = f"A search cannot refute the claim, and this one does: {item.summary}"
        return replace(item, outcome=Outcome.ERROR, summary=summary)
    if item.outcome is Outcome.NOT_APPLICABLE and claim.hypotheses:
        summary = f"There are hypotheses, and the search says that there is none: {item.summary}"
        return replace(item, outcome=Outcome.ERROR, summary=summary)
    if item.outcome is not Outcome.CONFIRMED or item.check == "parts":
        return item
    hypotheses = {without(h.name): h for h in claim.hypotheses}
    hypothesis = hypotheses.get(item.check)
    is_proved = item.data.get("answer") in ANSWERED and {"sketch", "no sketch because"} & set(
        item.data
    )
    if hypothesis is None or not is_proved:
        summary = "The search confirms without showing why; that is not believed."
        return replace(item, outcome=Outcome.ERROR, summary=summary)
    place = hypothesis.place
    note: tuple[Diagnostic, ...] = ()
    if place is not None:
        note = (place.document.fault(place.path, item.summary),)
    return replace(item, diagnostics=note)


def _unanswered(claims: Mapping[str, Claim], searched: Sequence[Evidence]) -> Iterator[Evidence]:
    """Hypotheses that the search left out."""
    found = {(item.subject, item.check) for item in searched}
    failed = {item.subject for item in searched if item.check == "engine"}
    for claim in claims.values():
        wanted = [without(h.name) for h in claim.hypotheses if claim.scalars.has_laws]
        for check in [*wanted, WITNESS] if wanted else ():
            if (claim.theorem, check) not in found and claim.theorem not in failed:
                summary = "The search did not answer."
                yield Evidence(claim.theorem, Leg.NECESSITY, check, Outcome.NOT_RUN, summary)

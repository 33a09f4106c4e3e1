"""The mirror leg: does each specification say what Lean has, no more and no less?"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count

from harness.claims.model import Claim, Library
from harness.diagnostics import Diagnostic
from harness.evidence import Evidence, Json, Leg, Outcome
from harness.lean import expression as lean
from harness.lean.absence import explain_absence
from harness.lean.audit.answer import Ruling
from harness.lean.audit.graph import counted, readable
from harness.lean.draft.prefix import read, unfolded
from harness.lean.expression import Expression, raised
from harness.lean.mirror import keys
from harness.lean.mirror.comparison import Comparison
from harness.lean.mirror.difference import Difference, Sides
from harness.lean.mirror.reach import reached
from harness.lean.printer import Printer
from harness.lean.session import Session, definition_fault, theorem_fault

CHECK = "definitional equality"
METHOD = (
    "Both sides as the kernel's own terms, with every argument and instance in full; equal by "
    "definition, without a proof in between"
)


def mirror_claim(session: Session, claim: Claim) -> Evidence:
    """Whether the specification and the theorem of its name are one statement."""
    constant = session.constant(claim.theorem)
    library = session.project.library
    data = _data(session, constant)
    data["printed_statement"] = session.plan.statements.get(claim.theorem, "")
    data["scalars"] = f"{claim.scalars.name}: {claim.scalars.lean_name}"
    if (fault := session.plan.faults.get(keys.claim(claim.theorem))) is not None:
        return _evidence(claim.theorem, Outcome.ERROR, _sentence(fault), data)
    nothing = _nothing_to_compare(session, claim.theorem, "theorem")
    if nothing is not None:
        outcome, summary = nothing
        return _evidence(claim.theorem, outcome, summary, data, theorem_fault(claim, summary))
    here = _ruling(session, keys.forward(claim.theorem))
    there = _ruling(session, keys.backward(claim.theorem))
    if here is None or there is None:
        return _evidence(claim.theorem, Outcome.ERROR, "The kernel was not asked.", data)
    below = reached(library, *(h.equation for h in claim.hypotheses), claim.conclusion)
    undecided = _undecided(session, *below, keys.claim(claim.theorem))
    if undecided:
        return _evidence(claim.theorem, Outcome.NOT_RUN, undecided, data)
    if not (here.accepted and there.accepted):
        return _different(session, claim, data)
    own = _own_class(session, claim)
    if own:
        return _evidence(claim.theorem, Outcome.REFUTED, own, data, theorem_fault(claim, own))
    definitions, operators = below
    wrong = _first_wrong(session, sorted(definitions), sorted(operators))
    if wrong:
        summary = f"The words are the same, but {wrong}"
        return _evidence(
            claim.theorem, Outcome.REFUTED, summary, data, theorem_fault(claim, summary)
        )
    summary = (
        f"The kernel takes the specification and {constant} for one statement"
        f"{_universes(library, constant)}{_reached(definitions, operators)}."
    )
    data |= _compared(definitions, operators)
    return _evidence(claim.theorem, Outcome.CONFIRMED, summary, data)


def mirror_definition(session: Session, name: str) -> Evidence:
    """Whether a definition of the specifications is the Lean definition of its name."""
    library = session.project.library
    constant = library.constant(name)
    data = _data(session, constant)
    if (fault := session.plan.faults.get(keys.definition(name))) is not None:
        return _evidence(name, Outcome.ERROR, _sentence(fault), data)
    nothing = _nothing_to_compare(session, name, "definition")
    if nothing is not None:
        outcome, summary = nothing
        return _evidence(name, outcome, summary, data, definition_fault(session, name, summary))
    definitions, operators = reached(library, library.definitions[name].body)
    undecided = _undecided(session, {name, *definitions}, operators)
    if undecided:
        return _evidence(name, Outcome.NOT_RUN, undecided, data)
    wrong = _first_wrong(session, [name], []) or _first_wrong(
        session, sorted(definitions), sorted(operators)
    )
    if wrong:
        summary = wrong[0].upper() + wrong[1:]
        place = session.place(constant)
        message = f"{summary} Lean has: {place.text}" if place else summary
        return _evidence(
            name, Outcome.REFUTED, summary, data, definition_fault(session, name, message)
        )
    summary = (
        f"The kernel takes the definition and {constant} for one function"
        f"{_universes(library, constant)}{_reached(definitions, operators)}."
    )
    data |= _compared(definitions, operators)
    return _evidence(name, Outcome.CONFIRMED, summary, data)


def _compared(definitions: set[str], operators: set[str]) -> dict[str, Json]:
    """What was compared beside the subject itself."""
    return {"definitions": sorted(definitions), "operators": sorted(operators)}


def _universes(library: Library, constant: str) -> str:
    """Of which types a constant speaks alone, as part of a sentence; empty of any."""
    own = library.arrangements.get(constant)
    if own is None or own.universes is None:
        return ""
    kinds = ["types" if own.kind else "scalars", *["types"] * len(own.universes.types)]
    found: dict[str, dict[str, None]] = {}
    numbers = []
    for kind, (number, added) in zip(kinds, own.universes.types, strict=False):
        if number is not None and added < 2:
            numbers.append(number)
            continue
        # `Type` is `Sort 1`.
        where = lean.source(lean.Sort(raised("0" if number is None else "u", added - 1)))
        found.setdefault(where.removesuffix(" 0"), {})[kind] = None
    said = [f"{' and '.join(what)} that lie in `{where}`" for where, what in found.items()]
    if len(set(numbers)) < len(numbers):
        said.append("types that lie in one universe")
    return f", of {' and of '.join(said)}" if said else ""


def _reached(definitions: set[str], operators: set[str]) -> str:
    """That what is below was compared as well, as the end of a sentence."""
    parts = [(len(definitions), "definition"), (len(operators), "operator")]
    told = " and ".join(counted(count, what) for count, what in parts if count)
    return f", and so the {told} that it reaches" if told else ""


def _nothing_to_compare(session: Session, name: str, kind: str) -> tuple[Outcome, str] | None:
    """The outcome where the kernel has nothing of this name, and why."""
    constant = session.constant(name)
    if constant not in session.answer.declarations:
        absence = explain_absence(session, name, kind)
        if absence.is_unbuilt:
            return Outcome.NOT_RUN, f"There is nothing to compare with: {absence.summary}"
        return Outcome.REFUTED, absence.summary
    ruling = session.answer.replayed.get(constant)
    if ruling is None or not ruling.accepted:
        what = "does not decide" if ruling is not None and ruling.undecided else "refuses"
        return Outcome.NOT_RUN, f"There is nothing to compare with: the kernel {what} {constant}."
    return None


def _undecided(
    session: Session, definitions: set[str], operators: set[str], claim: str = ""
) -> str:
    """What Lean came to no answer about; empty where it answered all."""
    for operator in operators:
        constant = session.project.library.primitives.get(operator, "")
        if constant and constant not in session.answer.declarations and not session.build.ok:
            return f"Lean has no {constant} yet: the package was not built whole."
    wanted = {*map(keys.primitive, operators), *map(keys.definition, definitions), claim}
    for key, ruling in session.answer.compared.items():
        asked = {key, key.rsplit(":", 1)[0]}
        if ruling.undecided and asked & wanted:
            return f"Lean's kernel did not come to an answer about {key}: {ruling.reason}."
    return ""


def _different(session: Session, claim: Claim, data: dict[str, Json]) -> Evidence:
    """What differs, as far as the kernel can tell by trying variants."""
    constant = session.constant(claim.theorem)
    for hypothesis in claim.hypotheses:
        ruling = _ruling(session, keys.without(claim.theorem, hypothesis.name))
        if ruling is not None and ruling.accepted:
            summary = (
                f"The specification assumes `{hypothesis.name}: {hypothesis.text}`, which "
                f"{constant} does not."
            )
            place = hypothesis.place
            fault = (place.document.fault(place.path, summary),) if place else ()
            return _evidence(claim.theorem, Outcome.REFUTED, summary, data, fault)
    reason = _ruling(session, keys.forward(claim.theorem))
    if reason is not None and reason.reason:
        data = {**data, "message": f"Lean's kernel: {reason.reason}"}
    lean_has = f"Lean has: {data.get('lean_statement', constant)}"
    found, side_by_side = _differences(session, claim, constant)
    data = {**data, **side_by_side}
    if not found:
        summary = (
            f"The specification and {constant} are different statements in the same words: an "
            "instance, such as that of `*`, or a universe is another."
        )
        data = {**data, "difference": "instances or universes"}
        where = theorem_fault(claim, f"{summary} {lean_has}")
        return _evidence(claim.theorem, Outcome.REFUTED, summary, data, where)
    summary = " ".join(difference.summary for difference in found)
    data = {**data, "difference": "; ".join(dict.fromkeys(d.kind for d in found))}
    faults = []
    if claim.place is not None:
        document = claim.place.document
        faults = [document.fault(d.path, f"{d.summary} {lean_has}") for d in found]
    return _evidence(claim.theorem, Outcome.REFUTED, summary, data, faults)


def _differences(
    session: Session, claim: Claim, constant: str
) -> tuple[list[Difference], dict[str, Json]]:
    """What differs, and both statements side by side; nothing where Lean's cannot be read."""
    stored = session.answer.constants.get(constant)
    if stored is None:
        return [], {}
    place = session.place(constant)
    try:
        numbers = count()
        sides = Sides(
            claim,
            constant,
            _printed(session.project.library, claim, constant),
            unfolded(read(stored.type, numbers), session.types(numbers)),
            frozenset(session.answer.declarations),
            place.statement if place else "",
        )
        ours, theirs = sides.texts()
        return sides.differences(), {"side_by_side": {"specification": ours, "lean": theirs}}
    except (ValueError, RecursionError):
        return [], {}


def _printed(library: Library, claim: Claim, constant: str) -> Expression:
    """A claim in the universes of its theorem."""
    levels, statement = Printer(library).claim(claim)
    return Comparison("", levels, statement, statement).of(constant, library).statement


def _first_wrong(session: Session, definitions: list[str], operators: list[str]) -> str:
    """What is not as the specifications have it; empty where all is."""
    library = session.project.library
    for operator in operators:
        # Of an operator that one constant stands for there may be several comparisons.
        key = keys.primitive(operator)
        asked = [
            comparison.key
            for comparison in session.plan.comparisons
            if comparison.key == key or comparison.key.startswith(f"{key}:")
        ]
        rulings = [session.answer.compared.get(each) for each in asked]
        constant = library.primitives.get(operator, "")
        if key in session.plan.faults:
            return f"{session.plan.faults[key]}."
        if not rulings or not all(ruling is not None and ruling.accepted for ruling in rulings):
            return f"{constant} is not the operator `{operator}` of the claim language."
    for name in definitions:
        key = keys.definition(name)
        ruling = session.answer.compared.get(key)
        constant = library.constant(name)
        if key in session.plan.faults:
            return f"{session.plan.faults[key]}."
        if constant not in session.answer.declarations:
            return f"Lean has no definition {constant}{session.near(constant)}."
        if (assumed := _assumed(session, constant)) != "":
            return assumed
        if ruling is None or not ruling.accepted:
            return (
                f"{constant} is defined otherwise in Lean than `{library.definitions[name].text}`."
            )
    return ""


def _assumed(session: Session, constant: str) -> str:
    """A complaint where a definition rests on what is neither proved nor computed by the kernel."""
    for axiom, citing in session.graph.assumed(constant).items():
        what = "`sorry`" if axiom == "sorryAx" else f"the axiom {readable(axiom)}"
        by = "" if citing == constant else f", through {readable(citing)}"
        return f"{constant} rests on {what}{by}."
    for word in session.graph.compiled(constant):
        return f"{constant} rests on what compiled code answers ({word})."
    return ""


def _own_class(session: Session, claim: Claim) -> str:
    """A complaint where the package itself says what the laws of the scalars are."""
    kind = claim.scalars
    cited = {kind.lean_name, *(name for path in kind.operations.values() for name in path)}
    own = sorted(cited & set(session.answer.declarations))
    if not own:
        return ""
    return (
        f"The scalars come from {own[0]}, which the package itself declares, with laws of its own."
    )


def _ruling(session: Session, key: str) -> Ruling | None:
    return session.answer.compared.get(key)


def _data(session: Session, constant: str) -> dict[str, Json]:
    data: dict[str, Json] = {"constant": constant, "method": METHOD, **session.toolchain}
    place = session.place(constant)
    if place is not None:
        data |= {
            "lean_statement": place.statement,
            "file": session.file(place.file),
            "line": place.line,
            "end_line": place.end_line,
            "docstring": place.docstring,
            "source": place.statement,
        }
    return data


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _evidence(
    subject: str,
    outcome: Outcome,
    summary: str,
    data: dict[str, Json],
    diagnostics: Iterable[Diagnostic] = (),
) -> Evidence:
    return Evidence(
        subject, Leg.MIRROR, CHECK, outcome, summary, data, diagnostics=tuple(diagnostics)
    )

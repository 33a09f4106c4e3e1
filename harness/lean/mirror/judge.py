"""The mirror leg: does each specification say what Lean has, no more and no less?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count

from harness.claims.library import known_instances
from harness.claims.model import INSTANCES, OPERATORS, Claim, Library, ScalarKind
from harness.claims.needs import ORDERED
from harness.diagnostics import Diagnostic
from harness.evidence import Evidence, Json, Leg, Outcome
from harness.lean import expression as lean
from harness.lean.absence import explain_absence
from harness.lean.audit.comparison import Comparison
from harness.lean.audit.graph import assumption, counted
from harness.lean.expression import Expression
from harness.lean.levels import is_one, raised
from harness.lean.mirror import keys
from harness.lean.mirror.difference import Difference, Statements
from harness.lean.orders import ORDER_LAWS, ORDERING
from harness.lean.printer import Printer
from harness.lean.reach import bridged, reached
from harness.lean.refuted import Fact, Ground, LeanCheck, ruled
from harness.lean.session import Session, definition_fault, theorem_fault
from harness.lean.stored import read, unfolded

CHECK = LeanCheck(Leg.MIRROR, "definitional equality")
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
        return CHECK.found(claim.theorem, Outcome.ERROR, _sentence(fault), data)
    nothing = _nothing_to_compare(session, claim.theorem, "theorem")
    if nothing is not None:
        return nothing.evidence(claim.theorem, data, theorem_fault(claim, nothing.summary))
    here = session.answer.compared.get(keys.forward(claim.theorem))
    there = session.answer.compared.get(keys.backward(claim.theorem))
    if here is None or there is None:
        return CHECK.found(claim.theorem, Outcome.ERROR, "The kernel was not asked.", data)
    below = reached(library, *(h.equation for h in claim.hypotheses), claim.conclusion)
    undecided = _undecided(session, *below, keys.claim(claim.theorem))
    if undecided:
        return CHECK.found(claim.theorem, Outcome.NOT_RUN, undecided, data)
    if ruled([here, there]) is Outcome.NOT_RUN:
        what = "The kernel could not read what it was asked."
        return CHECK.found(claim.theorem, Outcome.NOT_RUN, what, data)
    if not (here.accepted and there.accepted):
        return _different(session, claim, data)
    definitions, operators = below
    wrong = _doubtful_scalars(session, [claim.scalars], _constants(library, constant, *below))
    wrong = wrong or _about_propositions(library, constant)
    if wrong is not None:
        return wrong.evidence(claim.theorem, data, theorem_fault(claim, wrong.summary))
    wrong = _first_wrong(session, sorted(definitions), sorted(operators), claim, constant)
    wrong = wrong or _own_bridges(session, definitions, operators)
    if wrong is not None:
        wrong = replace(wrong, summary=f"The words are the same, but {wrong.summary}")
        return wrong.evidence(claim.theorem, data, theorem_fault(claim, wrong.summary))
    summary = (
        f"The kernel takes the specification and {constant} for one statement"
        f"{_universes(library, constant)}{_reached(library, definitions, operators)}."
    )
    data |= _compared(library, definitions, operators)
    return CHECK.found(claim.theorem, Outcome.CONFIRMED, summary, data)


def mirror_definition(session: Session, name: str) -> Evidence:
    """Whether a definition of the specifications is the Lean definition of its name."""
    library = session.project.library
    constant = library.constant(name)
    data = _data(session, constant)
    if (fault := session.plan.faults.get(keys.definition(name))) is not None:
        return CHECK.found(name, Outcome.ERROR, _sentence(fault), data)
    nothing = _nothing_to_compare(session, name, "definition")
    if nothing is not None:
        return nothing.evidence(name, data, definition_fault(session, name, nothing.summary))
    definitions, operators = reached(library, library.definitions[name].body)
    undecided = _undecided(session, {name, *definitions}, operators)
    if undecided:
        return CHECK.found(name, Outcome.NOT_RUN, undecided, data)
    wrong = _first_wrong(session, [name], [], subject=constant) or _first_wrong(
        session, sorted(definitions), sorted(operators), subject=constant
    )
    own = _constants(library, constant, {name, *definitions}, operators)
    wrong = wrong or _about_propositions(library, constant) or _doubtful_scalars(session, [], own)
    wrong = wrong or _own_bridges(session, {name, *definitions}, operators)
    if wrong is not None:
        wrong = replace(wrong, summary=wrong.summary[0].upper() + wrong.summary[1:])
        place = session.place(constant)
        message = f"{wrong.summary} Lean has: {place.text}" if place else wrong.summary
        return wrong.evidence(name, data, definition_fault(session, name, message))
    summary = (
        f"The kernel takes the definition and {constant} for one function"
        f"{_universes(library, constant)}{_own_bridge(library, name)}"
        f"{_reached(library, definitions, operators)}."
    )
    data |= _compared(library, {name, *definitions}, operators)
    data["definitions"] = sorted(definitions)
    return CHECK.found(name, Outcome.CONFIRMED, summary, data)


def _compared(library: Library, definitions: set[str], operators: set[str]) -> dict[str, Json]:
    """What was compared beside the subject itself, and what is so by a theorem."""
    found: dict[str, Json] = {"definitions": sorted(definitions), "operators": sorted(operators)}
    bridges = bridged(library, definitions, operators)
    return {**found, "bridges": {k: list(v) for k, v in bridges.items()}} if bridges else found


def _universes(library: Library, constant: str) -> str:
    """Of which types a constant speaks alone, as part of a sentence; empty of any."""
    own = library.arrangements.get(constant)
    if own is None or own.universes is None:
        return ""
    kinds = ["types" if own.kind else "scalars", *["types"] * len(own.universes.types)]
    found: dict[str, dict[str, None]] = {}
    parameters = []
    for kind, level in zip(kinds, own.universes.types, strict=False):
        base = level.lstrip("+")
        if base.isidentifier() and len(level) - len(base) < 2:
            parameters.append(base)
            continue
        # `Type` is `Sort 1`.
        where = lean.source(lean.Sort(raised(level, -1)))
        found.setdefault(where.removesuffix(" 0"), {})[kind] = None
    said = [f"{' and '.join(what)} that lie in `{where}`" for where, what in found.items()]
    if len(set(parameters)) < len(parameters):
        said.append("types that lie in one universe")
    return f", of {' and of '.join(said)}" if said else ""


def _about_propositions(library: Library, constant: str) -> Finding | None:
    """What is found where what is a type in the specification is a proposition in Lean.

    Of a proposition there is at most one proof: what is said of all x and y in it says nothing.
    """
    own = library.arrangements.get(constant)
    types = own.universes.types if own is not None and own.universes is not None else ()
    if not any(is_one(level, "0") for level in types):
        return None
    return Finding(
        f"The specification speaks of types, and {constant} of propositions (`Prop`), whose "
        "proofs are all equal.",
        Fact.OTHER_WORDS,
    )


def _reached(library: Library, definitions: set[str], operators: set[str]) -> str:
    """That what is below was compared as well, as the end of a sentence."""
    parts = [(len(definitions), "definition"), (len(operators), "operator")]
    told = " and ".join(counted(count, what) for count, what in parts if count)
    bridges = bridged(library, definitions, operators)
    by = "; ".join(f"{name} by {' and '.join(theorems)}" for name, theorems in bridges.items())
    by = f" (by theorems and not by definition: {by})" if by else ""
    return f", and so the {told} that it reaches{by}" if told else ""


def _own_bridge(library: Library, name: str) -> str:
    """By which theorem a definition is Lean's, as part of a sentence."""
    bridge = library.bridges.get(name)
    return f", by {bridge[0]} and not by definition" if bridge else ""


def _nothing_to_compare(session: Session, name: str, kind: str) -> Finding | None:
    """What is found where the kernel has nothing of this name."""
    constant = session.constant(name)
    if constant not in session.answer.declarations:
        absence = explain_absence(session, name, kind)
        if absence.is_unbuilt:
            return Finding(f"There is nothing to compare with: {absence.summary}")
        return Finding(absence.summary, Fact.ABSENT)
    ruling = session.answer.replayed.get(constant)
    if ruling is None or not ruling.accepted:
        what = "does not decide" if ruling is not None and ruling.undecided else "refuses"
        return Finding(f"There is nothing to compare with: the kernel {what} {constant}.")
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
    wrong = _doubtful_scalars(session, [claim.scalars], [])
    if wrong is not None:
        return wrong.evidence(claim.theorem, data, theorem_fault(claim, wrong.summary))
    reason = session.answer.compared.get(keys.forward(claim.theorem))
    if reason is not None and reason.reason.startswith(f"unknown constant {OPERATORS}."):
        what = reason.reason.removeprefix(f"unknown constant {OPERATORS}.")
        summary = f"Lean has no {what}: neither its library nor what is believed beside it."
        return CHECK.found(claim.theorem, Outcome.NOT_RUN, summary, data)
    for hypothesis in claim.hypotheses:
        ruling = session.answer.compared.get(keys.without(claim.theorem, hypothesis.name))
        if ruling is not None and ruling.accepted:
            summary = (
                f"The specification assumes `{hypothesis.name}: {hypothesis.text}`, which "
                f"{constant} does not."
            )
            place = hypothesis.place
            fault = (place.document.fault(place.path, summary),) if place else ()
            return CHECK.refuted(claim.theorem, ruling, summary, data, fault)
    if reason is not None and reason.reason:
        data = {**data, "message": f"Lean's kernel: {reason.reason}"}
    lean_has = f"Lean has: {data.get('lean_statement', constant)}"
    found, side_by_side = _differences(session, claim, constant)
    data = {**data, **side_by_side}
    if not found:
        unsettled = _unsettled(session, keys.claim(claim.theorem))
        if unsettled:
            return CHECK.found(claim.theorem, Outcome.NOT_RUN, unsettled, data)
        summary = (
            f"The specification and {constant} are different statements in the same words: an "
            "instance, such as that of `*`, or a universe is another."
        )
        data = {**data, "difference": "instances or universes"}
        where = theorem_fault(claim, f"{summary} {lean_has}")
        return CHECK.refuted(claim.theorem, Fact.OTHER_WORDS, summary, data, where)
    summary = " ".join(difference.summary for difference in found)
    data = {**data, "difference": "; ".join(dict.fromkeys(d.kind for d in found))}
    faults = []
    if claim.place is not None:
        document = claim.place.document
        faults = [document.fault(d.path, f"{d.summary} {lean_has}") for d in found]
    return CHECK.refuted(claim.theorem, Fact.OTHER_WORDS, summary, data, faults)


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
        sides = Statements(
            claim,
            constant,
            _printed(session.project.library, claim, constant),
            unfolded(read(stored.type, numbers), session.types(numbers)),
            frozenset(session.answer.declarations),
            place.statement if place else "",
            session.graph.whole(constant) != constant,
        )
        ours, theirs = sides.texts()
        return sides.differences(), {"side_by_side": {"specification": ours, "lean": theirs}}
    except (ValueError, RecursionError):
        return [], {}


def _printed(library: Library, claim: Claim, constant: str) -> Expression:
    """A claim in the universes of its theorem."""
    levels, statement = Printer(library).claim(claim)
    return Comparison("", levels, statement, statement).of(constant, library).statement


def _first_wrong(
    session: Session,
    definitions: Sequence[str],
    operators: Sequence[str],
    claim: Claim | None = None,
    subject: str = "",
) -> Finding | None:
    """What is not as the specifications have it, or not known to be; what refutes comes first."""
    found = [_operator(session, operator) for operator in operators]
    found += [_definition(session, name) for name in definitions]
    if claim is not None:
        found += [_uncovered(session, name, claim) for name in (*operators, *definitions)]
    if subject:
        found += [_narrow(session, name, subject) for name in (*operators, *definitions)]
    against = [finding for finding in found if finding is not None]
    return min(against, key=lambda finding: finding.ground is None, default=None)


def _operator(session: Session, operator: str) -> Finding | None:
    """What stands against the constant of an operator."""
    library, key = session.project.library, keys.primitive(operator)
    if key in session.plan.faults:
        return Finding(f"{session.plan.faults[key]}.")
    constant = library.primitives.get(operator)
    if constant is None:
        return Finding(f"definitions.yaml names no Lean constant for the primitive {operator!r}.")
    what = f"{constant} is not the operator `{operator}` of the claim language"
    return _told(session, operator, key, constant, what)


def _definition(session: Session, name: str) -> Finding | None:
    """What stands against a definition."""
    library, key = session.project.library, keys.definition(name)
    if key in session.plan.faults:
        return Finding(f"{session.plan.faults[key]}.")
    constant = library.constant(name)
    absent = _absent(session, constant)
    if absent is not None:
        return absent
    if (assumed := _assumed(session, constant)) != "":
        return Finding(assumed, Fact.UNPROVED)
    what = f"{constant} is defined otherwise in Lean than `{library.definitions[name].text}`"
    return _told(session, name, key, constant, what)


def _absent(session: Session, constant: str) -> Finding | None:
    if constant in session.answer.declarations:
        return None
    name = constant.removeprefix(session.project.library.qualified(""))
    absence = explain_absence(session, name, "definition")
    return Finding(absence.summary, None if absence.is_unbuilt else Fact.ABSENT)


def _told(session: Session, name: str, key: str, constant: str, what: str) -> Finding | None:
    """What the kernel says of a constant beside what it is meant to be.

    That it does not find them equal by definition, or by the theorem that is named for it, is no
    refutation: that they differ at some numbers is.
    """
    rulings = [session.answer.compared.get(asked.key) for asked in session.plan.about(key)]
    bridges = session.project.library.bridges.get(name, ())
    unproved = next((why for theorem in bridges if (why := _assumed(session, theorem))), "")
    outcome = ruled(rulings)
    if outcome is Outcome.CONFIRMED and not unproved:
        return None
    for trial in session.trials.get(key, ()):
        ruling = session.answer.compared.get(trial.comparison.key)
        if ruling is not None and ruling.accepted:
            return Finding(f"{what}: they differ {trial.at}.", ruling)
    if unproved:
        return Finding(f"{constant} is compared by a theorem that is not proved: {unproved}")
    if outcome is not Outcome.REFUTED:
        return Finding(f"the kernel was not asked about {constant}, or could not read what.")
    if any(r is not None and r.reason == f"unknown constant {constant}" for r in rulings):
        absent = _absent(session, constant)
        if absent is not None:
            return absent
    if unsettled := _unsettled(session, key):
        return Finding(unsettled)
    how = f"by {' and '.join(bridges)}" if bridges else "by definition"
    wanted = (
        "two theorems (of no term, and of one term more)" if name == "sum" else "a theorem of it"
    )
    remedy = "" if bridges else f"; name {wanted} under `bridges` in definitions.yaml"
    reason = next((r.reason for r in rulings if r is not None and not r.accepted), "")
    return Finding(
        f"whether {constant} is what is meant by `{name}` is not known: the kernel does not find "
        f"it so {how} ({reason}), and no difference at small sizes either{remedy}."
    )


def _uncovered(session: Session, name: str, claim: Claim) -> Finding | None:
    """A complaint where a theorem that stands for a comparison is about other scalars."""
    library = session.project.library
    has = [claim.scalars]
    has += [kind for kind in library.scalars.values() if kind.lean_name in claim.scalars.classes]
    for theorem in library.bridges.get(name, ()):
        own = library.arrangements.get(theorem)
        items = () if own is None else (*own.items, own.kind)
        laws = [item for item in items if item in ORDER_LAWS]
        if laws and not claim.scalars.is_ordered and not set(laws) <= claim.scalars.classes.keys():
            return Finding(
                f"{theorem}, by which `{name}` is what is meant, is about scalars in an order "
                f"({laws[0]}), and the claim about '{claim.scalars.name}'."
            )
        for kind in (library.scalars[item] for item in items if item in library.scalars):
            if all(each.path_to(kind) is None for each in has):
                return Finding(
                    f"{theorem}, by which `{name}` is what is meant, is about scalars of the kind "
                    f"'{kind.name}', and the claim about '{claim.scalars.name}'."
                )
    return None


def _narrow(session: Session, name: str, subject: str) -> Finding | None:
    """A complaint where a theorem that stands for a comparison is about some universes alone."""
    library = session.project.library

    def is_lowest(constant: str) -> bool:
        own = library.arrangements.get(constant)
        types = own.universes.types if own is not None and own.universes is not None else ("u",)
        return set(types) <= {"+0"} or (own is not None and own.kind != "")

    for theorem in library.bridges.get(name, ()):
        own = library.arrangements.get(theorem)
        if own is None or own.universes is None or is_lowest(subject):
            continue
        return Finding(
            f"{theorem}, by which `{name}` is what is meant, is about types of some universes "
            f"alone, and {subject} about others too."
        )
    return None


def _unsettled(session: Session, key: str) -> str:
    """A complaint where no universes were found for what is cited."""
    for name in (name for asked in session.plan.about(key) for name in asked.unsettled):
        return (
            f"The kernel could not be asked: in which universes {name} takes its types here was "
            "not found."
        )
    return ""


def _assumed(session: Session, constant: str) -> str:
    """A complaint where a definition rests on what is neither proved nor computed by the kernel."""
    for axiom, citing in session.graph.assumed(constant).items():
        return f"{constant} rests on {assumption(axiom, citing, constant)}."
    for word in session.graph.compiled(constant):
        return f"{constant} rests on what compiled code answers ({word})."
    return ""


def _constants(
    library: Library, subject: str, definitions: set[str], operators: set[str]
) -> list[str]:
    """The constants that stand for a subject and what it reaches."""
    named = (library.primitives[name] for name in operators if name in library.primitives)
    return [subject, *map(library.constant, definitions), *named]


def _own_bridges(session: Session, definitions: set[str], operators: set[str]) -> Finding | None:
    """A complaint where theorems that stand for comparisons are about the package's own laws.

    Asked last: that such a theorem is about other scalars than the claim is a gap, and no cheat.
    """
    found = bridged(session.project.library, definitions, operators).values()
    return _doubtful_scalars(session, [], chain.from_iterable(found))


def _doubtful_scalars(
    session: Session, kinds: Iterable[ScalarKind], constants: Iterable[str]
) -> Finding | None:
    """What is found where the package itself says what an operation is, or which laws it has, or
    where `definitions.yaml` names for an operation what nobody knows to be it.

    Asked of `kinds`, and of those by which `constants` take their scalars: both sides of a
    comparison are printed with the operations of these.
    """
    library = session.project.library
    arrangements = [library.arrangements[c] for c in constants if c in library.arrangements]
    items = {item for own in arrangements for item in (*own.items, own.kind)}
    asked = [*kinds, *(kind for name, kind in library.scalars.items() if name in items)]
    classes = {name for kind in asked for name in kind.classes}
    asked += [kind for kind in library.scalars.values() if kind.lean_name in classes]
    given = {
        name
        for kind in asked
        for name in (*kind.classes.values(), *chain.from_iterable(kind.operations.values()))
    }
    cited = given | items & ORDERING.keys()
    for kind in asked:
        cited |= {kind.lean_name, *kind.classes, *(ORDERED if kind.is_ordered else ())}
    declared = session.answer.declarations
    # Those that Lean was to find were found where nothing of the package is seen.
    own = sorted(n for n in cited & declared.keys() if declared[n].module != INSTANCES)
    if own:
        return Finding(
            f"The scalars come from {own[0]}, which the package itself declares, with laws of its "
            "own.",
            Fact.OWN_LAWS,
        )
    strange = sorted(n for n in given - known_instances() if not n.startswith(f"{OPERATORS}."))
    if strange:
        return Finding(
            f"What the operations of the scalars are is not known: definitions.yaml names "
            f"{strange[0]} for one, which may give another of the same type. Lean finds the usual "
            "ones where `operations` is a list of their names, and `instances` one of classes."
        )
    return None


@dataclass(frozen=True)
class Finding:
    """What stands against a subject; without a ground it is not known to be wrong."""

    summary: str
    ground: Ground | None = None

    def evidence(
        self, subject: str, data: dict[str, Json], diagnostics: Iterable[Diagnostic]
    ) -> Evidence:
        if self.ground is None:
            return CHECK.found(subject, Outcome.NOT_RUN, self.summary, data, diagnostics)
        return CHECK.refuted(subject, self.ground, self.summary, data, diagnostics)


def _data(session: Session, constant: str) -> dict[str, Json]:
    data: dict[str, Json] = {"constant": constant, "method": METHOD, **session.toolchain}
    if (place := session.place(constant)) is not None:
        data |= {"lean_statement": place.statement, "file": session.file(place.file)}
    return data | session.text(constant)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."

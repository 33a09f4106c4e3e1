"""From a plan and the evidence that running it gave, to the `Run` that reporters show."""

from __future__ import annotations

import platform
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from itertools import groupby
from typing import TYPE_CHECKING

from harness import __version__
from harness.claims.model import Claim, Definition, Library, Place
from harness.claims.project import Project
from harness.claims.toggles import Checker
from harness.diagnostics import Diagnostic
from harness.evidence import Evidence, Gap, Leg, Outcome
from harness.folds import derive
from harness.folds.cost import cost
from harness.folds.model import Cost
from harness.language.notation import context, to_latex, to_mathml
from harness.language.notation.formula import Formula, Labelled, Statement, formula
from harness.language.notation.statement import Declaration
from harness.language.terms import Call, Equation, Variable
from harness.language.transform import calls
from harness.language.types import Sort
from harness.lattice import Lattice
from harness.mutation.memory import recall
from harness.plain import from_plain
from harness.results.checker import CheckerResult
from harness.results.commit import commit
from harness.results.run import Run
from harness.results.subject import Kind, LegResult, Subject
from harness.verdict import Verdict, judge

if TYPE_CHECKING:
    from harness.run import Plan

_PACKAGES = ("numpy", "sympy", "python-flint")


def assemble(plan: Plan, events: Iterable[Evidence | Gap]) -> Run:
    """Wait for all `events`, judge the evidence, and gather what a reader wants to know."""
    started = datetime.now(UTC)
    everything = list(events)
    found = [item for item in everything if isinstance(item, Evidence)]
    finished = datetime.now(UTC)
    own: defaultdict[str, list[Evidence]] = defaultdict(list)
    for item in found:
        own[item.subject].append(item)
    project = plan.project
    asked = dict(plan.subjects())
    return Run(
        project=project.name,
        about=project.about,
        claims=tuple(
            _claim(claim, project, own[claim.theorem], asked[claim.theorem])
            for claim in project.claims
            if claim.theorem in asked
        ),
        definitions=tuple(
            _definition(definition, project.library, own[name], asked[name])
            for name, definition in project.library.definitions.items()
            if name in asked
        ),
        checkers=tuple(_checker(checker, own[checker.name]) for checker in plan.checkers),
        gaps=tuple(item for item in everything if isinstance(item, Gap)),
        programs_not_run=len(project.apart) if Leg.IMPLEMENTATION in plan.legs else 0,
        mutation=recall(plan),
        versions=_versions(found),
        commit=commit(project.root),
        started=started.isoformat(timespec="seconds"),
        finished=finished.isoformat(timespec="seconds"),
        seconds=round((finished - started).total_seconds(), 3),
    )


def _claim(
    claim: Claim, project: Project, evidence: list[Evidence], asked: tuple[Leg, ...]
) -> Subject:
    waived = {Leg(leg): reason for leg, reason in claim.waived.items()}
    verdict = judge(claim.theorem, evidence, asked, waived)
    refuted = [item for item in evidence if item.outcome is Outcome.REFUTED]
    return Subject(
        name=claim.theorem,
        kind=Kind.THEOREM,
        says=claim.says,
        file=claim.place.file if claim.place else "",
        line=claim.place.line if claim.place else 1,
        specification=claim.place.document.text if claim.place else claim.conclusion_text,
        statement=Statement(
            claim.scalars.title,
            _context(context(claim.parameters), {**project.library.means, **claim.means}),
            tuple(Labelled(h.name, formula(h.equation)) for h in claim.hypotheses),
            formula(claim.conclusion),
        ),
        status=verdict.status,
        legs=_legs(verdict, evidence),
        source=claim.source,
        doubts=_doubts(claim, project.library),
        calls=_calls(claim.conclusion, *(h.equation for h in claim.hypotheses)),
        picture=derive(
            claim,
            project.library,
            project.claims,
            (item.counterexample for item in refuted if item.counterexample is not None),
        ),
        cost=_cost(claim, project),
    )


def _doubts(claim: Claim, library: Library) -> tuple[Diagnostic, ...]:
    """What a reader may mistake in a claim, or in a definition that it reaches."""
    found = dict.fromkeys(claim.doubts)
    equations = (claim.conclusion, *(h.equation for h in claim.hypotheses))
    names = list(_calls(*equations))
    for name in names:  # which grows while it is walked
        definition = library.definitions[name]
        found.update(dict.fromkeys(definition.doubts))
        names += sorted(calls(definition.body) - set(names))
    return tuple(found)


def _cost(claim: Claim, project: Project) -> Cost | None:
    from harness.cost.counts import Uncountable

    try:
        return cost(claim, project.library)
    except Uncountable:
        return None


def _definition(
    definition: Definition, library: Library, evidence: list[Evidence], asked: tuple[Leg, ...]
) -> Subject:
    verdict = judge(definition.name, evidence, asked)
    arguments = tuple(Variable(p.name, p.type) for p in definition.parameters if p.is_explicit)
    head = Call(definition.name, (), arguments, definition.body.type)
    return Subject(
        name=definition.name,
        kind=Kind.DEFINITION,
        says=definition.says,
        file=definition.place.file if definition.place else "",
        line=definition.place.line if definition.place else 1,
        specification=_lines_of(definition.place) or definition.text,
        statement=Statement(
            "",
            _context(context(definition.parameters), library.means),
            (),
            formula(Equation((), head, definition.body)),
        ),
        status=verdict.status,
        legs=_legs(verdict, evidence),
        doubts=definition.doubts,
        calls=tuple(sorted(calls(definition.body))),
    )


def _checker(checker: Checker, evidence: list[Evidence]) -> CheckerResult:
    verdict = judge(checker.name, evidence, [Leg.NECESSITY])
    check = evidence[0] if evidence else None
    lattice = from_plain(check.data, Lattice) if check is not None and check.data else None
    return CheckerResult(
        *(checker.name, checker.title, checker.says, checker.file, verdict.status, check, lattice),
        presets=checker.presets,
    )


def _calls(*equations: Equation) -> tuple[str, ...]:
    """The definitions that a statement speaks of."""
    return tuple(sorted({name for e in equations for name in calls(e.left) | calls(e.right)}))


def _legs(verdict: Verdict, evidence: list[Evidence]) -> tuple[LegResult, ...]:
    return tuple(
        LegResult(
            leg,
            outcome,
            tuple(item for item in evidence if item.leg == leg),
            verdict.waived.get(leg),
        )
        for leg, outcome in verdict.legs.items()
    )


def _context(declarations: Iterable[Declaration], means: Mapping[str, str]) -> tuple[Labelled, ...]:
    """Names that stand together stay together where they mean one thing."""
    return tuple(
        Labelled(", ".join(names), _sort(declaration), gloss)
        for declaration in declarations
        for gloss, names in groupby(declaration.names, lambda name: means.get(name, ""))
    )


def _sort(declaration: Declaration) -> Formula:
    """What the names stand for; the names themselves are the label."""
    sort = declaration.sort
    if isinstance(sort, Sort):
        return Formula(sort.value, rf"\text{{{sort.value}}}", "")
    return Formula(str(sort), to_latex(sort), to_mathml(sort))


def _lines_of(place: Place | None) -> str:
    """The lines of the file that hold the part at `place`, less their common margin."""
    if place is None:
        return ""
    key, value = place.document.keys.get(place.path), place.document.nodes.get(place.path)
    if key is None or value is None:
        return ""
    lines = place.document.text.splitlines()[key.start_mark.line : value.end_mark.line + 1]
    margin = key.start_mark.column
    kept = [lines[0]]
    for line in lines[1:]:
        if line.strip() and len(line) - len(line.lstrip()) <= margin:
            break
        kept.append(line)
    return "\n".join(line[margin:] for line in kept).rstrip() + "\n"


def _versions(evidence: Iterable[Evidence]) -> dict[str, str]:
    found = {"harness": __version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    for item in evidence:
        if isinstance(toolchain := item.data.get("toolchain"), str):
            found["lean toolchain"] = toolchain
        brought = item.data.get("versions")
        if isinstance(brought, Mapping):
            found.update({str(k): str(v) for k, v in brought.items()})
    return found

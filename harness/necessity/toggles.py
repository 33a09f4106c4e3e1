"""Toggles: edits of claims, listed in a file, so that each project can have its own checker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.claims.document import Document, read_document, schema_faults
from harness.claims.model import Claim, Hypothesis, Project
from harness.claims.project import TOGGLES_FOLDER
from harness.diagnostics import Diagnostic, InputError
from harness.language.elaborate import (
    Scope,
    check_type,
    elaborate_as,
    elaborate_statement,
    elaborate_term,
)
from harness.language.parser import parse_statement, parse_term, parse_type
from harness.language.syntax import LanguageError
from harness.language.terms import Equation, Variable
from harness.language.transform import alpha_equal, rewrite_equation, substitute
from harness.language.types import Parameter


@dataclass(frozen=True)
class Question:
    """What is asked for each combination of toggles."""

    name: str
    says: str
    claim: Claim


@dataclass(frozen=True)
class Toggle:
    """Something that a claim assumes or does, and how the claim reads without it."""

    name: str
    says: str
    drop: str | None
    replacements: Mapping[str, str]
    extra: Mapping[str, str]
    ask: Mapping[str, Claim]
    """Questions for which another claim is asked instead; these toggles are applied first."""
    assume: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    """Toggles that must be on for this one to make a difference."""

    def off(self, question: Question, claim: Claim, project: Project) -> Claim:
        """The claim with this switched off; the claim itself where it does not fit.

        Raises `LanguageError` for a replacement that fits and is not of the type of what it
        replaces.
        """
        if question.name in self.ask:
            return self.ask[question.name]
        if self.drop is not None:
            kept = tuple(h for h in claim.hypotheses if h.name != self.drop)
            claim = replace(claim, hypotheses=kept)
        for old, new in self.replacements.items():
            claim = self._replace(claim, old, new, project)
        for name, text in self.assume.items():
            claim = _assuming(claim, name, text, project)
        return claim

    def _replace(self, claim: Claim, old: str, new: str, project: Project) -> Claim:
        try:
            pattern = elaborate_term(parse_term(old), project.library.scope(claim.parameters))
        except LanguageError:
            return claim
        parameters = _extended(claim.parameters, self.extra)
        if parameters is None:
            return claim
        term = elaborate_as(parse_term(new), pattern.type, project.library.scope(parameters))

        def edited(equation: Equation) -> Equation:
            if isinstance(pattern, Variable):
                names = {pattern.name: term}
                left, right = substitute(equation.left, names), substitute(equation.right, names)
                return Equation(equation.parameters, left, right)
            return rewrite_equation(equation, lambda t: term if alpha_equal(t, pattern) else None)

        changed = replace(
            claim,
            parameters=parameters,
            conclusion=edited(claim.conclusion),
            hypotheses=tuple(replace(h, equation=edited(h.equation)) for h in claim.hypotheses),
        )
        is_same = changed.conclusion == claim.conclusion and changed.hypotheses == claim.hypotheses
        return claim if is_same else changed


def _assuming(claim: Claim, name: str, text: str, project: Project) -> Claim:
    """The claim with one more hypothesis; the claim itself where the text has no meaning."""
    scope = project.library.scope(claim.parameters)
    try:
        equation = elaborate_statement(parse_statement(text), scope)
    except LanguageError:
        return claim
    return replace(claim, hypotheses=(*claim.hypotheses, Hypothesis(name, equation, text)))


def _extended(
    parameters: tuple[Parameter, ...], extra: Mapping[str, str]
) -> tuple[Parameter, ...] | None:
    """The parameters with the further ones, or nothing where their types have no meaning here."""
    known = {parameter.name for parameter in parameters}
    try:
        for name, text in extra.items():
            type_ = parse_type(text)
            check_type(type_, Scope({}, parameters), (0, len(text)))
            if name not in known:
                parameters = (*parameters, Parameter(name, type_))
    except LanguageError:
        return None
    return parameters


@dataclass(frozen=True)
class Checker:
    """A file of toggles: the questions and what can be switched off."""

    title: str
    says: str
    questions: tuple[Question, ...]
    toggles: tuple[Toggle, ...]

    def claim(self, question: Question, off: Sequence[Toggle], project: Project) -> Claim:
        """The claim that `question` asks with these toggles switched off."""
        claim = question.claim
        asked = [toggle for toggle in off if question.name in toggle.ask]
        for toggle in (*asked, *(t for t in off if t not in asked)):
            claim = toggle.off(question, claim, project)
        return claim


def load_checkers(project: Project) -> tuple[Checker, ...]:
    """Every file of toggles in the project's `specs/toggles/`. Raises `InputError`."""
    folder = project.specs / TOGGLES_FOLDER
    found: list[Checker] = []
    faults: list[Diagnostic] = []
    for path in sorted(folder.glob("*.yaml")) if folder.is_dir() else ():
        try:
            found.append(_load(path, project))
        except InputError as error:
            faults.extend(error.diagnostics)
    if faults:
        raise InputError(faults)
    return tuple(found)


def _load(path: Path, project: Project) -> Checker:
    document = read_document(path, path.relative_to(project.root).as_posix())
    faults = list(schema_faults(document, "toggles"))
    if faults:
        raise InputError(faults)
    data = document.data
    claims = {claim.theorem: claim for claim in project.claims}

    def claim_named(name: str, place: tuple[str, ...]) -> Claim | None:
        if name not in claims:
            faults.append(document.fault(place, f"no specification claims {name!r}"))
        return claims.get(name)

    questions = []
    for name, entry in data["questions"].items():
        claim = claim_named(entry["claim"], ("questions", name, "claim"))
        if claim is not None:
            questions.append(Question(name, entry["says"], claim))
    toggles = []
    for name, entry in data["toggles"].items():
        off = entry["off"]
        ask = {}
        for question, theorem in off.get("ask", {}).items():
            place = ("toggles", name, "off", "ask", question)
            if question not in data["questions"]:
                faults.append(document.fault(place, f"there is no question {question!r}"))
            claim = claim_named(theorem, place)
            if claim is not None:
                ask[question] = claim
        replacements, extra = off.get("replace", {}), off.get("for", {})
        says, drop = entry["says"], off.get("drop")
        assume, needs = off.get("assume", {}), tuple(entry.get("needs", ()))
        for i, other in enumerate(needs):
            if other not in data["toggles"]:
                at = ("toggles", name, "needs", i)
                faults.append(document.fault(at, f"there is no toggle {other!r}"))
        toggles.append(Toggle(name, says, drop, replacements, extra, ask, assume, needs))
    if not faults:
        faults.extend(_unfit(document, questions, toggles, project))
    if faults:
        raise InputError(faults)
    return Checker(data["title"], data["says"].strip(), tuple(questions), tuple(toggles))


def _unfit(
    document: Document,
    questions: Sequence[Question],
    toggles: Sequence[Toggle],
    project: Project,
) -> list[Diagnostic]:
    """Toggles that change no claim: a name misspelt, or a term that does not occur."""
    found = []
    for toggle in toggles:
        place: tuple[Any, ...] = ("toggles", toggle.name)
        try:
            changed = [q for q in questions if toggle.off(q, q.claim, project) != q.claim]
        except LanguageError as error:
            found.append(document.fault((*place, "off"), error.message))
            continue
        if not changed:
            message = "this changes none of the questions' claims"
            found.append(document.fault((*place, "off"), message))
    return found

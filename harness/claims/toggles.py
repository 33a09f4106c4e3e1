"""Toggles: edits of claims, listed in a file, so that each project can have its own checker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, Self

from harness.claims.model import Claim, Hypothesis, Library
from harness.language.elaborate import elaborate_as, elaborate_statement, elaborate_term
from harness.language.parser import parse_statement, parse_term, parse_type
from harness.language.scope import Scope, check_type
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


class Toggle(Protocol):
    """Something that a claim assumes or does, and how the claim reads without it."""

    @property
    def name(self) -> str: ...

    @property
    def says(self) -> str: ...

    @property
    def needs(self) -> tuple[str, ...]:
        """Toggles that must be on for this one to make a difference."""

    @property
    def is_assumption(self) -> bool:
        """Whether a claim has one hypothesis less with it off, and is the same otherwise."""

    def asks(self, question: str) -> Claim | None:
        """The claim that is asked instead of a question's own; these are found first."""

    def detached(self) -> Self:
        """The toggle without the files that the claims that it asks were read from."""

    def off(self, claim: Claim, library: Library) -> Claim:
        """The claim with this switched off; the claim itself where it does not fit."""


@dataclass(frozen=True)
class WrittenToggle:
    """A toggle as a file has it."""

    name: str
    says: str
    drop: str | None
    replacements: Mapping[str, str]
    extra: Mapping[str, str]
    ask: Mapping[str, Claim]
    assume: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()

    @property
    def is_assumption(self) -> bool:
        return self.drop is not None and not (self.replacements or self.assume or self.ask)

    def asks(self, question: str) -> Claim | None:
        return self.ask.get(question)

    def detached(self) -> WrittenToggle:
        return replace(self, ask={name: claim.detached() for name, claim in self.ask.items()})

    def off(self, claim: Claim, library: Library) -> Claim:
        """See `Toggle.off`.

        Raises `LanguageError` for a replacement that fits and is not of the type of what it
        replaces.
        """
        if self.drop is not None:
            claim = claim.without(self.drop)
        for old, new in self.replacements.items():
            claim = self.replaced(claim, old, new, library)
        for name, text in self.assume.items():
            claim = _assuming(claim, name, text, library)
        return claim

    def replaced(self, claim: Claim, old: str, new: str, library: Library) -> Claim:
        """The claim with one term in place of another. Raises `LanguageError` as `off` does."""
        try:
            pattern = elaborate_term(parse_term(old), library.scope(claim.parameters))
        except LanguageError:
            return claim
        parameters = _extended(claim.parameters, self.extra)
        if parameters is None:
            return claim
        term = elaborate_as(parse_term(new), pattern.type, library.scope(parameters))

        def edited(equation: Equation) -> Equation:
            if isinstance(pattern, Variable):
                names = {pattern.name: term}
                return equation.changed(lambda side: substitute(side, names))
            return rewrite_equation(equation, lambda t: term if alpha_equal(t, pattern) else None)

        changed = replace(claim, parameters=parameters).changed(edited)
        is_same = changed.conclusion == claim.conclusion and changed.hypotheses == claim.hypotheses
        return claim if is_same else changed


def _assuming(claim: Claim, name: str, text: str, library: Library) -> Claim:
    """The claim with one more hypothesis; the claim itself where the text has no meaning."""
    scope = library.scope(claim.parameters)
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
    """Questions, and what can be switched off while they are asked."""

    name: str
    title: str
    says: str
    questions: tuple[Question, ...]
    toggles: tuple[Toggle, ...]
    file: str = field(default="", compare=False)
    presets: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False, repr=False)
    """Combinations that a reader may ask about, by name: the toggles that are off."""

    def claim(self, question: Question, off: Sequence[Toggle], library: Library) -> Claim:
        """The claim that `question` asks with these toggles switched off."""
        claim = question.claim
        for toggle in off:
            claim = toggle.asks(question.name) or claim
        for toggle in off:
            claim = toggle.off(claim, library)
        return claim

    def detached(self) -> Checker:
        """The checker without the files that its claims were read from."""
        questions = tuple(replace(q, claim=q.claim.detached()) for q in self.questions)
        toggles = tuple(toggle.detached() for toggle in self.toggles)
        return replace(self, questions=questions, toggles=toggles)

    def claims(self) -> Iterator[Claim]:
        """Every claim of the project that may be asked."""
        for question in self.questions:
            asked = (toggle.asks(question.name) for toggle in self.toggles)
            yield from (question.claim, *(claim for claim in asked if claim is not None))

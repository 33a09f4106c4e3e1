"""Proof sketches as chains of equations, in the form that the symbolic engine writes down."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.evidence import Leg, Outcome
from harness.results.subject import Subject


@dataclass(frozen=True, slots=True)
class Formula:
    mathml: str
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """`= right`, by a reason; `left` is there where a chain begins."""

    number: str
    left: Formula | None
    right: Formula
    reason: tuple[tuple[str, str], ...]
    """Pieces of text, each with the number of the step that it names, if it names one."""


@dataclass(frozen=True, slots=True)
class Group:
    title: str
    says: str
    steps: tuple[Step, ...]


def chains(data: Any) -> list[Group]:
    """The groups of a sketch; none where `data` has another form."""
    if not isinstance(data, list | tuple):
        return []
    return [_group(group) for group in data if isinstance(group, Mapping)]


def of_subject(subject: Subject) -> list[Group]:
    """The sketch of a proof of the claim itself; empty where the symbolic engine found none.

    Evidence of another leg may have the sketch of another claim, such as one with a hypothesis
    less.
    """
    found = (
        chains(check.data.get("sketch"))
        for check in subject.evidence
        if check.leg is Leg.SYMBOLIC and check.outcome is Outcome.CONFIRMED
    )
    return next(filter(None, found), [])


def _group(group: Mapping[str, Any]) -> Group:
    steps = group.get("steps")
    given = steps if isinstance(steps, list | tuple) else ()
    return Group(
        str(group.get("title") or ""),
        str(group.get("says") or ""),
        tuple(_step(step, i + 1) for i, step in enumerate(given) if isinstance(step, Mapping)),
    )


def _step(step: Mapping[str, Any], place: int) -> Step:
    left = step.get("left")
    return Step(
        str(step.get("number") or place),
        _formula(left) if left else None,
        _formula(step.get("right")),
        tuple(_pieces(str(step.get("reason") or ""))),
    )


def _formula(data: Any) -> Formula:
    found = data if isinstance(data, Mapping) else {"text": data or ""}
    return Formula(str(found.get("mathml") or ""), str(found.get("text") or ""))


def _pieces(reason: str) -> Iterator[tuple[str, str]]:
    for piece in re.split(r"(\(\d+\))", reason):
        if piece:
            yield piece, piece[1:-1] if re.fullmatch(r"\(\d+\)", piece) else ""

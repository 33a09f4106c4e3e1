"""The lattice of a checker, from the plain data that evidence and report files hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.evidence import Counterexample
from harness.report.model.checker import Answer, Cell, Lattice, Question, Spared, Toggle
from harness.report.model.statement import Formula, Labelled


def to_lattice(data: Mapping[str, Any]) -> Lattice:
    """Read the form that `harness.necessity.table` describes.

    Raises `KeyError`, `TypeError` or `ValueError` for anything else.
    """
    return Lattice(
        questions=tuple(Question(**item) for item in data["questions"]),
        toggles=tuple(
            Toggle(**{**item, "needs": tuple(item["needs"])}) for item in data["toggles"]
        ),
        hypotheses=tuple(
            Labelled(item["name"], Formula(**item["formula"])) for item in data["hypotheses"]
        ),
        conclusions=tuple(Formula(**item) for item in data["conclusions"]),
        answers=tuple(_answer(item) for item in data["answers"]),
        cells=tuple(Cell(tuple(item["off"]), tuple(item["answers"])) for item in data["cells"]),
        spared=tuple(
            Spared(**{**item, **{key: tuple(item[key]) for key in ("off", "on", "uses")}})
            for item in data["spared"]
        ),
    )


def _answer(data: Mapping[str, Any]) -> Answer:
    example = data["counterexample"]
    return Answer(
        **{
            **data,
            "hypotheses": tuple(data["hypotheses"]),
            "uses": tuple(data["uses"]),
            "counterexample": None if example is None else Counterexample(**example),
        }
    )

"""A run as JSON, and back; `schema/report.json` describes the form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from harness.claims.about import About
from harness.diagnostics import Diagnostic
from harness.evidence import Evidence, Gap, GapKind, Leg, Outcome
from harness.report.lattice import to_lattice
from harness.report.model.checker import Checker
from harness.report.model.fold import Cost, CostRow, Picture, Port, Stage
from harness.report.model.run import Run
from harness.report.model.statement import Formula, Labelled, Statement
from harness.report.model.subject import Kind, LegResult, Subject
from harness.verdict import Status

SCHEMA = "lean-harness/report/1"
"""Names the form of the file; it changes when the form does."""


def to_text(run: Run) -> str:
    """A run as the text of a JSON file."""
    return json.dumps(to_json(run), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def to_json(run: Run) -> dict[str, Any]:
    """A run as JSON holds it; `from_json` gives it back."""
    return {
        "schema": SCHEMA,
        "project": run.project,
        "about": _plain(asdict(run.about)),
        "commit": run.commit,
        "started": run.started,
        "finished": run.finished,
        "seconds": run.seconds,
        "versions": dict(run.versions),
        "exit_code": int(run.exit_code),
        "claims": [_subject(claim) for claim in run.claims],
        "definitions": [_subject(definition) for definition in run.definitions],
        "checkers": [_checker(checker) for checker in run.checkers],
        "gaps": [_plain(asdict(gap)) for gap in run.gaps],
        "programs_not_run": run.programs_not_run,
        "mutation": None if run.mutation is None else _plain(run.mutation),
    }


def _subject(subject: Subject) -> dict[str, Any]:
    return {
        subject.kind.value: subject.name,
        "status": subject.status.value,
        "says": subject.says,
        "source": subject.source,
        "doubts": [asdict(doubt) for doubt in subject.doubts],
        "file": subject.file,
        "line": subject.line,
        "specification": subject.specification,
        "statement": _plain(asdict(subject.statement)),
        "calls": list(subject.calls),
        "picture": None if subject.picture is None else _plain(asdict(subject.picture)),
        "cost": None if subject.cost is None else _plain(asdict(subject.cost)),
        "legs": {result.leg.value: _leg(result) for result in subject.legs},
    }


def _checker(checker: Checker) -> dict[str, Any]:
    check = checker.check
    return {
        "checker": checker.name,
        "title": checker.title,
        "says": checker.says,
        "file": checker.file,
        "status": checker.status.value,
        "presets": _plain(checker.presets),
        # The data of the evidence is the lattice, which need not be here twice.
        "check": None if check is None else _plain(replace(check, data={}).to_json()),
        "lattice": None if checker.lattice is None else _plain(asdict(checker.lattice)),
    }


def _leg(result: LegResult) -> dict[str, Any]:
    waived = {} if result.waived is None else {"waived": result.waived}
    checks = [_plain(check.to_json()) for check in result.checks]
    return {"outcome": result.outcome.value, **waived, "checks": checks}


def _plain(value: Any) -> Any:
    """`value` as JSON gives it back: tuples are lists, infinities and NaN are text."""
    if isinstance(value, float) and value - value != 0:
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def from_json(data: Mapping[str, Any]) -> Run:
    """A run from its JSON form. Raises `KeyError`, `TypeError` or `ValueError`."""
    if data["schema"] != SCHEMA:
        raise ValueError(f"expected a report of schema {SCHEMA}, found {data['schema']!r}")
    return Run(
        project=data["project"],
        about=_to_about(data.get("about", {})),
        claims=tuple(_to_subject(item, Kind.THEOREM) for item in data["claims"]),
        definitions=tuple(_to_subject(item, Kind.DEFINITION) for item in data["definitions"]),
        checkers=tuple(map(_to_checker, data.get("checkers", ()))),
        gaps=tuple(Gap(**{**item, "kind": GapKind(item["kind"])}) for item in data["gaps"]),
        programs_not_run=data.get("programs_not_run", 0),
        mutation=data.get("mutation"),
        versions=dict(data["versions"]),
        commit=data["commit"],
        started=data["started"],
        finished=data["finished"],
        seconds=data["seconds"],
    )


def _to_about(data: Mapping[str, Any]) -> About:
    return About(**{**data, "main": tuple(data.get("main", ()))})


def _to_subject(data: Mapping[str, Any], kind: Kind) -> Subject:
    return Subject(
        name=data[kind.value],
        kind=kind,
        says=data["says"],
        file=data["file"],
        line=data["line"],
        specification=data["specification"],
        statement=_to_statement(data["statement"]),
        status=Status(data["status"]),
        legs=tuple(
            LegResult(
                Leg(leg),
                Outcome(result["outcome"]),
                tuple(map(Evidence.from_json, result["checks"])),
                result.get("waived"),
            )
            for leg, result in data["legs"].items()
        ),
        source=data["source"],
        doubts=tuple(Diagnostic(**item) for item in data.get("doubts", ())),
        calls=tuple(data.get("calls", ())),
        picture=_to_picture(data.get("picture")),
        cost=_to_cost(data.get("cost")),
    )


def _to_checker(data: Mapping[str, Any]) -> Checker:
    check, lattice = data["check"], data["lattice"]
    return Checker(
        data["checker"],
        data["title"],
        data["says"],
        data["file"],
        Status(data["status"]),
        None if check is None else Evidence.from_json({**check, "data": lattice or {}}),
        None if lattice is None else to_lattice(lattice),
        {name: tuple(off) for name, off in data.get("presets", {}).items()},
    )


def _to_cost(data: Mapping[str, Any] | None) -> Cost | None:
    if data is None:
        return None
    rows = tuple(CostRow(**row) for row in data["rows"])
    return Cost(rows, data["is_free"], tuple(data["changed"]), tuple(data["inputs"]))


def _to_picture(data: Mapping[str, Any] | None) -> Picture | None:
    def formula(item: Mapping[str, str] | None) -> Formula | None:
        return None if item is None else Formula(**item)

    def port(item: Mapping[str, Any]) -> Port:
        sides = {side: Formula(**item[side]) for side in ("before", "after")}
        return Port(**{**item, **sides, "numbers": numbers(item)})

    def stage(item: Mapping[str, Any]) -> Stage:
        sides = {side: formula(item[side]) for side in ("before", "after", "becomes")}
        inputs = tuple(map(port, item["inputs"]))
        made = {"inputs": inputs, "outcome": Formula(**item["outcome"]), "numbers": numbers(item)}
        return Stage(**{**item, **sides, **made})

    def numbers(item: Mapping[str, Any]) -> tuple[Any, Any] | None:
        found = item.get("numbers")
        return None if found is None else (found[0], found[1])

    if data is None:
        return None
    stages = tuple(map(stage, data["stages"]))
    return Picture(stages, dict(data.get("sizes", {})), data.get("claimed"))


def _to_statement(data: Mapping[str, Any]) -> Statement:
    def labelled(items: list[dict[str, Any]]) -> tuple[Labelled, ...]:
        return tuple(
            Labelled(item["name"], Formula(**item["formula"]), item.get("gloss", ""))
            for item in items
        )

    return Statement(
        data["scalars"],
        labelled(data["context"]),
        labelled(data["hypotheses"]),
        Formula(**data["conclusion"]),
    )

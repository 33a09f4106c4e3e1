"""One field of an accepted export changed: never a crash, and never a proof of `False`."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.kernel.check import check
from harness.kernel.declarations import Definition, Export, Inductive, Opaque, Theorem, reach
from harness.kernel.environment import without_names
from harness.kernel.export import ExportError, read_export, write_export
from harness.kernel.ruling import Verdict
from tests.kernel.build import FALSE, behind_base, c, checker, fun, kinds, n, theorem

SMALL = "Kinds.length_cons Kinds.castSame Kinds.Color Kinds.Any Kinds.eta Kinds.Odd False"
WIDE = SMALL + " Kinds.parity_mk Kinds.Rose Kinds.Reach Kinds.gauss Kinds.ext Kinds.usesLet Or"


@cache
def rows(names: str) -> tuple[dict[str, Any], ...]:
    export = reach(kinds(), [n(name) for name in names.split()])
    return tuple(json.loads(line) for line in write_export(export))


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where in a row a value stands that can be changed by itself."""
    if isinstance(value, dict):
        return [place for key, item in value.items() for place in places(item, (*path, key))]
    if isinstance(value, list):
        inner = [place for i, item in enumerate(value) for place in places(item, (*path, i))]
        return [path, *inner]
    return [path]


def changed(row: dict[str, Any], path: tuple[Any, ...], new: object) -> dict[str, Any]:
    row = json.loads(json.dumps(row))
    inner: Any = row
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = new(inner[path[-1]]) if callable(new) else new
    return row


def judge(lines: list[dict[str, Any]], false: Inductive) -> None:
    """Read and check, and see that nothing proves `False` where `False` is what it was."""
    text = [json.dumps(row).encode() + b"\n" for row in lines]
    try:
        export = read_export(text)
    except ExportError:
        return
    own = export.by_name.get(n("False"))
    for ruling in check(export, fuel=20_000, seconds=5):
        declaration = export.by_name[ruling.name] if ruling.names else None
        if own == false and isinstance(declaration, Definition | Theorem | Opaque):
            assert ruling.verdict is not Verdict.ACCEPTED or declaration.type is not FALSE


def mutate(data: st.DataObject, names: str) -> None:
    lines = list(rows(names))
    at = data.draw(st.integers(0, len(lines) - 1))
    if data.draw(st.integers(0, 9)) == 0:
        del lines[at]
    else:
        path = data.draw(st.sampled_from(places(lines[at])))
        count = len(lines)
        new = data.draw(
            st.one_of(
                st.integers(-1, 5),
                st.integers(0, count),
                st.booleans(),
                st.sampled_from(["0", "safe", "opaque", "abbrev", "Nat", ""]),
                st.lists(st.integers(0, 40), max_size=3),
                st.sampled_from([None, {}, {"regular": 0}]),
            )
        )
        lines[at] = changed(lines[at], path, new)
    judge(lines, kinds().by_name[n("False")])


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_one_field_changed(data: st.DataObject) -> None:
    mutate(data, SMALL)


@pytest.mark.slow
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_one_field_changed_many_times(data: st.DataObject) -> None:
    mutate(data, WIDE)


def test_no_value_that_lean_accepted_proves_false() -> None:
    """Every theorem and definition with `False` in the place of its type."""
    before = checker()
    tried = 0
    for item in kinds().declarations:
        if isinstance(item, Definition | Theorem | Opaque) and n("False") in (
            before.environment.constants
        ):
            ruling = before.rule(
                replace(item, name=(*item.name, "boom"), type=FALSE), lambda _: False
            )
            assert ruling.verdict is Verdict.REFUSED
            tried += 1
        assert before.rule(item, lambda _: False).verdict is Verdict.ACCEPTED
    assert tried > 20


def test_every_expression_as_a_proof_of_false() -> None:
    """Whatever closed term stands in the file, `False` is not its type, nor that of `False.rec`."""
    from harness.kernel.terms import parts

    made = behind_base()
    terms = [
        e
        for e in parts([item.value for item in kinds().declarations if hasattr(item, "value")])
        if not e.loose and not e.has_parameter
    ]
    assert len(terms) > 50
    for i, e in enumerate(terms):
        for value in (e, c("False.rec", fun(FALSE, lambda _: FALSE), e, us=())):
            ruling = made.rule(theorem(f"t{i}.{id(value)}", FALSE, value), lambda _: False)
            assert ruling.verdict in (Verdict.REFUSED, Verdict.DECLINED)


def test_rows_are_what_the_file_holds() -> None:
    export = read_export([json.dumps(row).encode() + b"\n" for row in rows(SMALL)])
    assert isinstance(export, Export)
    for item in export.declarations:
        if isinstance(item, Theorem):
            assert without_names(item).type is without_names(kinds().by_name[item.name]).type

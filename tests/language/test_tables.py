"""Every table of operators: what it must have, and that it has nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from harness.arrays import rules, walk
from harness.arrays.evaluate import Evaluator
from harness.claims import needs
from harness.cost import count
from harness.language.elaborate import elaborate_as
from harness.language.notation import to_latex, to_mathml, to_text
from harness.language.parser import parse_term
from harness.language.prelude import MissingRule, derived, meaning
from harness.language.primitives import BY_NAME, OPERATIONS, PRIMITIVES, signatures
from harness.language.scope import Scope
from harness.language.terms import Primitive, Term, Variable
from harness.language.types import DimLit, DimVar, Parameter, Sort, function_parts
from harness.lean import mirror
from harness.lean.reach import NOTATION
from harness.numeric import degrees
from harness.symbolic import interpret
from tests.arrays.language import LIBRARY
from tests.arrays.naive import MEANING
from tests.arrays.test_evaluate import FRACTIONS

REFERENCE = Path(mirror.__file__).parent / "Reference.lean"
REFERENCES = set(re.findall(r"^def (\w+) \(α", REFERENCE.read_text("utf-8"), flags=re.M))

CORE = {name for name in PRIMITIVES if name not in derived()}
TABLES: dict[str, Collection[str]] = {
    "arrays": rules.RULES,
    "cost": count.RULES,
    "degrees": {*degrees.RULES, "divide", "power"},
    "words": interpret.RULES,
    "what Lean's constants need": needs._NEEDS,
    "references in Lean": REFERENCES - {"sum_empty", "sum_next"} | NOTATION | {"sum"},
    "naive meaning": MEANING,
}


@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_every_operator_that_no_others_define(table: str) -> None:
    assert sorted(CORE - set(TABLES[table])) == [], f"{table}: no rule for these"
    assert sorted(set(TABLES[table]) - set(PRIMITIVES)) == [], f"{table}: no operators"


def made(operator: str) -> Primitive:
    """The operator of variables."""
    own = signatures()[operator]
    types, result = function_parts(own.type)
    arguments: tuple[Term, ...] = tuple(Variable(f"x_{i}", t) for i, t in enumerate(types))
    # These are of one number, and of no size that a text could name.
    dims = (DimLit(7),) if operator in ("numeral", "power") else tuple(map(DimVar, own.dims))
    return Primitive(operator, dims, arguments, result)


@pytest.mark.parametrize("operator", PRIMITIVES)
def test_every_operator_is_written(operator: str) -> None:
    term = made(operator)
    assert to_text(term)
    assert to_latex(term)
    assert to_mathml(term) is not None


@pytest.mark.parametrize("operator", PRIMITIVES)
def test_what_is_written_is_read_as_the_same_operator(operator: str) -> None:
    term = made(operator)
    arguments = [Parameter(v.name, v.type) for v in term.arguments if isinstance(v, Variable)]
    dims = [Parameter(name, Sort.DIMENSION) for name in signatures()[operator].dims]
    scope = Scope({}, (*dims, *arguments))
    read = elaborate_as(parse_term(to_text(term)), term.type, scope)
    assert isinstance(read, Primitive)
    assert (read.operator, read.dims, read.type) == (operator, term.dims, term.type)


@pytest.mark.parametrize("operator", sorted(derived()))
def test_what_a_derived_operator_is_has_its_type_and_is_made_of_others(operator: str) -> None:
    term = made(operator)
    found = meaning(term, "a test")
    assert found.type == term.type
    assert needs.needs_of(operator) == needs.in_order(needs.needs_of(operator))
    names = {part for part in CORE if part in set(_operators(found))}
    assert names
    assert set(_operators(found)) <= CORE


def _operators(term: Term) -> set[str]:
    from harness.language.transform import primitives

    return primitives(term)


def test_needs_are_those_of_lean() -> None:
    """By hand, as Lean's definitions take them."""
    ring = ("zero", "add", "multiply")
    assert needs.needs_of("dot") == needs.needs_of("matmul") == ring
    assert needs.needs_of("sum_vector") == ("zero", "add")
    assert needs.needs_of("hadamard_matrix") == needs.needs_of("scale_vector")
    assert needs.needs_of("scale_vector") == ("multiply",)
    assert needs.needs_of("transpose") == ()
    assert set(OPERATIONS) <= set(needs._NEEDS)


def test_what_is_written_by_name_is_an_operator() -> None:
    assert {operator for forms in BY_NAME.values() for operator in forms} <= set(PRIMITIVES)


def _evaluated(term: Term) -> object:
    return Evaluator(LIBRARY, FRACTIONS, {"m": 2, "n": 2}).family((), term, {})


ROOMS: dict[str, tuple[object, str, Callable[[Term], object]]] = {
    "the evaluation over arrays": (rules, "RULES", _evaluated),
    "the count of operations": (count, "RULES", lambda term: count.count(term, LIBRARY)),
    "the bound on degrees": (
        degrees,
        "RULES",
        lambda term: degrees.Degrees(LIBRARY, {}).term(term, {"m": 2, "n": 2}),
    ),
    "the rewriting of words": (
        interpret,
        "RULES",
        lambda term: interpret.interpret(term, interpret.Environment({})),
    ),
    "printing for Lean": (
        needs,
        "_NEEDS",
        lambda term: needs.needs_of.__wrapped__("append"),
    ),
}


@pytest.mark.parametrize("room", ROOMS)
def test_a_rule_that_is_missing_is_told_in_a_sentence(
    room: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, table, ask = ROOMS[room]
    without = {k: v for k, v in getattr(module, table).items() if k != "append"}
    monkeypatch.setattr(walk if module is rules else module, table, without)
    with pytest.raises(MissingRule, match=f"{room} has no rule for the operator 'append'"):
        ask(made("append"))

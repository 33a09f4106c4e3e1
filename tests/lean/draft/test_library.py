"""Which theorems are taken for the bridges of operators, whatever a kernel says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.claims.library import core_scalars, load_library
from harness.claims.model import SCALARS, Arrangement, Library
from harness.claims.write import definitions
from harness.language.types import SCALAR, DimVar, Function, Index, Parameter, Sort, Vector
from harness.lean import expression as lean
from harness.lean.audit.comparison import Comparison
from harness.lean.draft.library import Stored, _primitives, with_operators
from harness.lean.draft.signature import Signature
from harness.lean.draft.types import Names
from harness.lean.expression import Constant, Expression, ForAll, Local, apply, for_all

RING = Arrangement((SCALARS, "commutative ring"))
SIZE = Parameter("n", Sort.DIMENSION)
TERMS = Parameter("f", Function(Index(DimVar("n")), SCALAR))
VECTORS = [Parameter(name, Vector(DimVar("n"))) for name in "uv"]
TYPED = {
    **{name: Signature((SIZE, TERMS), SCALAR, Names("α"), ()) for name in ("A.first", "A.total")},
    "A.dot": Signature((SIZE, *VECTORS), SCALAR, Names("α"), ()),
}
THEOREMS = {
    "A.first_next": "A.first",
    "A.total_other": "A.total",
    "A.total_zero": "A.total",
    "B.total_next": "A.total",
    "A.dot_eq": "A.dot",
}


def found(
    accepted: set[str],
) -> tuple[dict[str, str], dict[str, tuple[str, ...]], list[set[str]]]:
    arrangements = dict.fromkeys((*TYPED, *THEOREMS), RING)
    library = Library("A", core_scalars(), {}, {}, arrangements=arrangements)
    theorems = [Stored(n, apply(Constant(c)), RING, None) for n, c in THEOREMS.items()]
    asked: list[set[str]] = []

    def ask(comparisons: Sequence[Comparison]) -> Mapping[str, bool]:
        keys = {comparison.key for comparison in comparisons}
        asked.append(keys)
        return {key: key in accepted for key in keys}

    return *_primitives(library, TYPED, ask, theorems), asked


NEXT = {"sum:A.total::A.total_zero:0", "sum:A.total::B.total_next:1"}
DOT = "dot:A.dot:A.total::0"


def test_a_sum_is_what_two_theorems_say_and_an_inner_product_rests_on_it() -> None:
    primitives, bridges, asked = found({*NEXT, DOT})
    assert primitives == {"sum": "A.total", "dot": "A.dot"}
    assert bridges == {"sum": ("A.total_zero", "B.total_next")}
    # A theorem is tried for what it speaks of, and for what the kernel does not find by itself.
    assert DOT in asked[0]
    assert "sum:A.first::A.first_next:0" in asked[1]
    assert not any(":A.dot:" in key or "A.first::A.total" in key for key in asked[1])


def test_half_a_sum_is_none() -> None:
    for accepted in (set(), {DOT}, {min(NEXT), DOT}, {max(NEXT)}):
        primitives, bridges, _ = found(accepted)
        assert (primitives, bridges) == ({}, {})


def test_what_is_so_by_definition_needs_no_theorem() -> None:
    primitives, bridges, asked = found({*NEXT, "sum:A.first:::0", "sum:A.first:::1"})
    assert primitives == {"sum": "A.first"}
    assert bridges == {}
    assert not any(key.startswith("sum:") for keys in asked[1:] for key in keys)


def test_bridges_of_other_namespaces_are_written_and_read(tmp_path: Path) -> None:
    library = Library("A", core_scalars(), {"sum": "A.total"}, {}, found({*NEXT, DOT})[1])
    path = tmp_path / "definitions.yaml"
    path.write_text(definitions(library), "utf-8")
    assert load_library(path, path.name).bridges == {"sum": ("A.total_zero", "B.total_next")}


def taking(*names: str) -> Expression:
    """The type of what takes vectors of these names, over a ring, and is a number."""
    alpha, size = Local("α·0"), Local("n·2")
    vector = ForAll("i·9", apply(Constant("Fin"), size), alpha)
    ring = apply(Constant("Lean.Grind.CommRing"), alpha)
    first = [("α·0", lean.Sort("0")), ("inst·1", ring), ("n·2", Constant("Nat"))]
    return for_all([*first, *((name, vector) for name in names)], alpha)


def added(
    known: dict[str, str], accepted: set[str]
) -> tuple[dict[str, str], dict[str, tuple[str, ...]], list[set[str]]]:
    """What a library has that knew these operators, and what the kernel was asked for it."""
    stored = [
        Stored("A.total", taking("f·3"), RING, None),
        Stored("A.dot", taking("u·3", "v·4"), RING, None),
        # What it takes is not known, and another is no type at all.
        Stored("A.other", taking("f·3"), None, None),
        Stored("A.strange", for_all([("s·0", Constant("State"))], Constant("Int")), INT, None),
    ]
    arrangements = dict.fromkeys(("A.total", "A.dot", *THEOREMS), RING)
    library = Library("A", core_scalars(), known, {}, arrangements=arrangements)
    theorems = [Stored(n, apply(Constant(c)), RING, None) for n, c in THEOREMS.items()]
    asked: list[set[str]] = []

    def ask(comparisons: Sequence[Comparison]) -> Mapping[str, bool]:
        asked.append({comparison.key for comparison in comparisons})
        return {key: key in accepted for key in asked[-1]}

    found = with_operators(library, stored, {}, ask, theorems)
    return dict(found.primitives), dict(found.bridges), asked


INT = Arrangement((), "integers")
WHOLE = {"sum:A.total:::0", "sum:A.total:::1", DOT}


def test_operators_are_found_beside_those_that_are_known() -> None:
    primitives, bridges, _ = added({"transpose": "A.flip"}, WHOLE)
    assert primitives == {"transpose": "A.flip", "sum": "A.total", "dot": "A.dot"}
    assert not bridges
    # A known sum stays, and what is asked of an inner product is whether it is over that one.
    primitives, _, [asked] = added({"sum": "B.sum"}, {"dot:A.dot:B.sum::0"})
    assert primitives == {"sum": "B.sum", "dot": "A.dot"}
    assert not any(key.startswith("sum:") for key in asked)
    assert added({"sum": "B.sum", "dot": "B.dot"}, WHOLE) == (
        {"sum": "B.sum", "dot": "B.dot"},
        {},
        [],
    )


def test_of_what_theorems_say_a_sum_alone_is_found_later() -> None:
    proved = {*NEXT, "dot:A.dot:A.total:A.dot_eq:0"}
    assert found(proved)[0] == {"sum": "A.total", "dot": "A.dot"}
    primitives, bridges, _ = added({}, proved)
    assert primitives == {"sum": "A.total"}
    assert bridges == {"sum": ("A.total_zero", "B.total_next")}

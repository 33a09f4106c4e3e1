"""Operators as Lean terms, other names for definitions, and names outside the namespace."""

from dataclasses import replace
from pathlib import Path

import pytest

from harness.claims.library import load_library
from harness.claims.load import load_claims
from harness.claims.model import Library
from harness.claims.write import definitions as written
from harness.claims.write import with_definitions, with_operators
from harness.diagnostics import InputError

GOOD = """\
namespace: Ours
types:
  matrix: Grid m n α
primitives:
  sum: total
  dot: _root_.Theirs.inner
  matmul: fun A B => A * B
definitions:
  apply:
    says: A layer at a vector.
    lean: Layer.apply
    for:
      m, n: dimension
      W: matrix(m, n)
      x: vector(n)
    is: W @ x
  twice:
    says: Twice.
    for:
      x: scalar
    is: x + x
"""


def load(tmp_path: Path, text: str) -> Library:
    path = tmp_path / "definitions.yaml"
    path.write_text(text, "utf-8")
    return load_library(path, "definitions.yaml")


def faults(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        load(tmp_path, text)
    return [str(d) for d in caught.value.diagnostics]


def test_names_and_terms_of_lean(tmp_path: Path) -> None:
    library = load(tmp_path, GOOD)
    assert library.primitives["sum"] == "Ours.total"
    assert library.primitives["dot"] == "Theirs.inner"
    assert library.terms == {"matmul": "fun A B => A * B"}
    assert library.shapes == {"matrix": "Grid m n α"}
    assert library.constants() == ["Ours.Layer.apply", "Ours.twice"]
    assert library.relative("Ours.Layer.apply") == "Layer.apply"
    assert library.relative("Theirs.inner") == "_root_.Theirs.inner"


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    library = load(tmp_path, GOOD)
    again = load(tmp_path, written(library))
    assert again.detached() == library.detached()


@pytest.mark.parametrize(
    ("term", "column", "found"),
    [
        ("fun A B => A * B)", 27, "')', which closes nothing"),
        ("fun A B => (A * B", 22, "')' is missing for what opens here"),
        ("fun A B => (A * B]", 28, "']', which closes nothing"),
        ("fun A B => A -- B", 24, "without comments, texts and quoted names: --"),
        ("fun A B => /- A", 22, "without comments, texts and quoted names: /-"),
        ("fun A B => «A» B", 22, "without comments, texts and quoted names: «"),
        ('fun A B => f "A"', 24, 'without comments, texts and quoted names: "'),
    ],
)
def test_what_cannot_be_one_term_is_told_at_its_place(
    tmp_path: Path, term: str, column: int, found: str
) -> None:
    text = GOOD.replace("fun A B => A * B", term)
    [fault] = faults(tmp_path, text)
    assert fault.startswith(f"definitions.yaml:7:{column}: ")
    assert found in fault


def test_leans_own_operators_take_no_term(tmp_path: Path) -> None:
    text = GOOD.replace("sum: total", "add: fun x y => x + y")
    assert faults(tmp_path, text) == [
        "definitions.yaml:5:8: add is Lean's own, and needs no constant"
    ]


def test_a_claim_and_a_definition_do_not_share_a_name(tmp_path: Path) -> None:
    library = load(tmp_path, GOOD)
    claim = tmp_path / "apply.yaml"
    claim.write_text("theorem: apply\nsays: S.\nfor:\n  x: scalar\nthen: x = x + 0\n", "utf-8")
    with pytest.raises(InputError) as caught:
        load_claims([(claim, "apply.yaml")], library)
    assert [str(d) for d in caught.value.diagnostics] == [
        "apply.yaml:1:10: apply is the name of a definition; `lean` there gives it another"
    ]


TWICE = GOOD[GOOD.index("  twice:") :]
ADDED = "  twice:\n    says: Twice.\n    for:\n      x: scalar\n    is: x + x\n"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (GOOD.replace(TWICE, ""), GOOD.replace(TWICE, ADDED)),
        (
            GOOD.replace(TWICE, "").replace("W @ x", "W @ x  # mine") + "\n# the end\n",
            GOOD.replace(TWICE, ADDED).replace("W @ x", "W @ x  # mine") + "\n# the end\n",
        ),
        (
            GOOD.replace(TWICE, "").replace("is: W @ x", "is: >-\n      W @ x") + "scalars: {}\n",
            GOOD.replace(TWICE, ADDED).replace("is: W @ x", "is: >-\n      W @ x")
            + "scalars: {}\n",
        ),
        ("namespace: Ours\ndefinitions: {}\n", "namespace: Ours\ndefinitions:\n" + ADDED),
        (
            "definitions: {}  # none yet\nnamespace: Ours\n",
            "definitions:\n" + ADDED.rstrip() + "  # none yet\nnamespace: Ours\n",
        ),
        (
            "namespace: Ours\ndefinitions: {a: {says: A., for: {x: scalar}, is: x}}\n",
            "namespace: Ours\ndefinitions:\n"
            "  a:\n    says: A.\n    for:\n      x: scalar\n    is: x\n" + ADDED,
        ),
        ("namespace: Ours\n", "namespace: Ours\ndefinitions:\n" + ADDED),
    ],
)
def test_further_definitions_leave_all_else_as_it_was(
    tmp_path: Path, text: str, wanted: str
) -> None:
    more = {"twice": load(tmp_path, GOOD).definitions["twice"]}
    assert with_definitions(text, more) == wanted


@pytest.mark.parametrize(
    "before",
    [
        "namespace: Ours\nprimitives: {}  # none yet\ndefinitions: {}\n",
        "namespace: Ours\ndefinitions: {}  # none yet\n",
        "namespace: Ours\nprimitives:\n  transpose: flip  # none yet\n\ndefinitions: {}\n",
    ],
)
def test_further_operators_leave_all_else_as_it_was(tmp_path: Path, before: str) -> None:
    proved = {"sum": ("Ours.zero", "Next.one")}
    named = {"dot": "Ours.dot", "sum": "Theirs.total", "matmul": "Ours.mul"}
    library = replace(load(tmp_path, GOOD), namespace="Ours", primitives=named, bridges=proved)
    text = with_operators(before, library, {"sum", "dot"})
    assert "# none yet" in text
    again = load(tmp_path, text)
    kept = {"transpose": "Ours.flip"} if "flip" in before else {}
    assert again.primitives == {**kept, "dot": "Ours.dot", "sum": "Theirs.total"}
    assert again.bridges == proved
    assert with_operators(text, library, set()) == text

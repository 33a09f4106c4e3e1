"""What a statement rests on, to the bottom."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.claims.project import load_project
from harness.language.primitives import PRIMITIVES
from harness.lean.reach import NOTATION, handed, reached

LIBRARY = load_project(Path(__file__).parents[2]).library
REFERENCE = Path(__file__).parents[2] / "harness" / "lean" / "mirror" / "Reference.lean"
HANDED = {operator for operator in PRIMITIVES if operator not in NOTATION and handed(operator)}


def test_every_meaning_that_takes_the_packages_sum_reaches_it() -> None:
    """Held to the mathematics, and to the text of the references, of which none is handed a sum."""
    assert {"dot", "sum_vector", "matvec", "matmul"} == HANDED
    assert all(handed(operator) == {"sum"} for operator in HANDED)
    definitions = REFERENCE.read_text("utf-8").split("\ndef ")[1:]
    taking = {text.split()[0] for text in definitions if "(sum :" in text.split(":=")[0]}
    assert taking == {"sum_next"}


@pytest.mark.parametrize("definition", ["scores", "ropeVector"])
def test_a_definition_over_products_reaches_the_sum(definition: str) -> None:
    _, operators = reached(LIBRARY, LIBRARY.definitions[definition].body)
    assert operators & HANDED
    assert "sum" in operators


def test_what_has_no_sum_reaches_none() -> None:
    _, operators = reached(LIBRARY, LIBRARY.definitions["planeRotation"].body)
    assert "sum" not in operators

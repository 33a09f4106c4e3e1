"""What a statement rests on, to the bottom."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.claims.load import load_claim
from harness.language.primitives import PRIMITIVES
from harness.lean.expression import source
from harness.lean.printer import Printer
from harness.lean.reach import NOTATION, handed, reached
from tests.arrays.language import LIBRARY

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


def test_an_operator_that_the_package_has_no_constant_for_is_written_as_its_meaning(
    tmp_path: Path,
) -> None:
    others = {
        k: v for k, v in LIBRARY.primitives.items() if k not in ("scale_vector", "sum_vector")
    }
    library = replace(LIBRARY, primitives=others)

    def statement(then: str) -> object:
        path = tmp_path / "claim.yaml"
        path.write_text(
            "theorem: it\nsays: So.\nfor:\n  n, d: dimension\n  c: scalar\n"
            f"  V: index(n) -> vector(d)\n  u: vector(d)\nthen: {then}\n"
        )
        claim = load_claim(path, "claim.yaml", library)
        return reached(library, claim.conclusion)[1], source(Printer(library).claim(claim)[1])

    short = statement("(Σ j, c * V(j)) = u")
    assert short == statement("'[i ↦ Σ j, [i ↦ c * V(j)[i]][i]] = u'")
    assert short[0] == {"sum"}  # type: ignore[index]

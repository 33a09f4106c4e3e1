"""No input ends in anything but an answer or the project's own error, with file, line and column.

A share of what `python -m benchmarks.fuzz` does; an input is made of its kind and its number alone,
so what fails there can be put here.
"""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.language.parser import parse_statement, parse_term, parse_type
from harness.language.syntax import LanguageError
from tests.fuzz.targets import TARGETS, attack

NEVER_RAISE = {"kept answer", "matrix", "identifier"}
"""Their readers answer for themselves that an input is none."""

FEW = {
    "claim": 60,
    "definitions": 30,
    "lock": 40,
    "sweep file": 40,
    "plan": 150,
    "program": 100,
    "model": 60,
    "settings": 300,
    "report": 100,
    "toggles": 60,
    "matrix": 300,
}


@pytest.mark.parametrize("kind", TARGETS)
def test_a_few_inputs(kind: str, tmp_path: Path) -> None:
    attack(kind, range(FEW.get(kind, 500)), tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("kind", TARGETS)
def test_many_inputs(kind: str, tmp_path: Path) -> None:
    few = FEW.get(kind, 500)
    good = attack(kind, range(few, 6 * few), tmp_path)
    is_mixed = 0 < good < 5 * few
    assert is_mixed or kind in NEVER_RAISE, "nothing good, or nothing bad, was tried"


SIGNS = st.sampled_from([*"()[],:=+-*/@ΣᵀR x1↦∀", " -> ", " |-> ", ".T", "sum ", "matrix(", "dot("])


@given(st.lists(SIGNS).map("".join) | st.text())
def test_any_text_is_read_or_is_a_fault_within_it(text: str) -> None:
    for read in (parse_term, parse_statement, parse_type):
        fault = None
        try:
            read(text)
        except LanguageError as error:
            fault = error
        if fault is not None:
            assert 0 <= fault.span[0] <= len(text)
            assert fault.message

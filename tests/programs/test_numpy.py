"""Programs in NumPy: forty that are wrong are refuted, twenty written otherwise confirmed."""

from pathlib import Path

import pytest

from harness.evidence import Outcome
from harness.programs.check import exact, floats, guarded
from harness.programs.leg import check
from tests.arrays.language import CLAIMS, LIBRARY
from tests.programs.examples import NUMPY, RIGHT, WRONG, bound, edited


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_program_is_refuted_exactly_and_told_where(tmp_path: Path, name: str) -> None:
    found = exact(bound(tmp_path, edited(NUMPY, WRONG[name])), LIBRARY)
    assert found.outcome is Outcome.REFUTED, found.summary
    assert found.data["operator"]


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_program_is_confirmed(tmp_path: Path, name: str) -> None:
    program = bound(tmp_path, edited(NUMPY, RIGHT[name]))
    found = guarded(program, "exact", lambda: exact(program, LIBRARY))
    assert found.outcome is Outcome.CONFIRMED, found.summary
    assert len(found.data["moved_by"]) == 11
    assert 0 < found.data["chance"] < 1e-4
    assert floats(program, LIBRARY).outcome is Outcome.CONFIRMED


def test_what_a_claim_says_holds_of_the_program(tmp_path: Path) -> None:
    claim = CLAIMS["biasedGroupedQueryRopeAttentionBlockOutput_invariant_of_separate_rotations"]
    program = bound(tmp_path, NUMPY)
    definition = LIBRARY.definitions[program.definition]
    found = list(check(definition, LIBRARY, program=program, claims=(claim,)))
    assert [item.outcome for item in found] == [Outcome.CONFIRMED] * 3
    assert found[2].data["breaks_without"] == ["Wk", "Wo", "Wq", "Wv", "bk", "bq", "bv"]


def test_sums_in_a_narrow_format_are_found_in_floating_point(tmp_path: Path) -> None:
    edit = ("np.exp(scores)", "np.exp(scores).astype(np.float16)")
    program = bound(tmp_path, edited(NUMPY, edit))
    assert floats(program, LIBRARY).outcome is Outcome.REFUTED

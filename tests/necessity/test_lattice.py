"""The lattice of the package's checker, held to what one finds with a pencil."""

import random
from collections.abc import Callable, Sequence
from functools import cache

import pytest

from harness.claims.project import Project
from harness.lattice import Answer
from harness.necessity.lattice import DecidedCell, lattice, spared
from harness.necessity.table import table
from tests.necessity.conftest import Cells
from tests.numeric.verify import assert_breaks

# Each of these follows in a line or two. Scores see R through queries and keys alone: turned both,
# they are invariant if R commutes and is orthogonal; turned one, never. Given the scores, the
# context turns with the values, and the output undoes it; that needs R to be orthogonal and no
# more. So with neither queries nor keys turned nothing has to commute; with neither values nor
# output turned the block is what its scores are. The residual is added on both sides.
BY_HAND = {
    "": ("holds", "holds", "holds"),
    "commutes": ("fails", "fails", "fails"),
    "orthogonal": ("fails", "fails", "fails"),
    "queries": ("fails", "fails", "fails"),
    "keys": ("fails", "fails", "fails"),
    "values": ("holds", "fails", "fails"),
    "output": ("holds", "fails", "fails"),
    "bundle order": ("holds", "holds", "fails"),
    "per head": ("holds", "holds", "holds"),
    "residual": ("holds", "holds", "holds"),
    "values, output": ("holds", "holds", "holds"),
    "queries, keys": ("trivial", "holds", "holds"),
    "queries, keys, commutes": ("trivial", "holds", "holds"),
    "queries, keys, orthogonal": ("trivial", "fails", "fails"),
    "queries, keys, values, output": ("trivial", "trivial", "trivial"),
    "queries, keys, values, output, commutes, orthogonal": ("trivial", "trivial", "trivial"),
    # There is no block diagonal left whose order could be wrong.
    "values, output, bundle order": ("holds", "holds", "holds"),
    "values, output, orthogonal": ("fails", "fails", "fails"),
}


CellsOf = Callable[[str], Sequence[DecidedCell]]


@pytest.fixture(scope="module")
def cells_of(project: Project) -> CellsOf:
    """The cells of a checker by its name, decided once."""
    checkers = {checker.name: checker for checker in project.checkers}
    return cache(lambda name: tuple(lattice(checkers[name], project.library)))


@pytest.mark.parametrize("off", BY_HAND)
def test_a_cell_is_what_a_pencil_finds(cells: Cells, off: str) -> None:
    cell = cells[frozenset(off.split(", ")) if off else frozenset()]
    assert tuple(a.answer.value for a in cell.answers.values()) == BY_HAND[off]


def test_every_combination_has_an_answer(cells: Cells, project: Project) -> None:
    # Of nine toggles 512 combinations; without those in which the order of the bundle is off and
    # so is one rotation for each head, which are a quarter.
    assert len(cells) == 512 - 128
    assert len(project.checkers[0].toggles) == 9
    assert all(a.answer is not Answer.UNKNOWN for c in cells.values() for a in c.answers.values())


def test_who_assumes_less_proves_no_more(cells: Cells) -> None:
    stands = (Answer.HOLDS, Answer.TRIVIAL)
    compared = 0
    for off, cell in cells.items():
        for assumption in {"commutes", "orthogonal"} & off:
            stronger = cells[off - {assumption}]
            for question, decision in cell.answers.items():
                if decision.answer in stands:
                    assert stronger.answers[question].answer in stands
                    compared += 1
    assert compared > 100


def test_the_residual_makes_no_difference(cells: Cells) -> None:
    for off, cell in cells.items():
        other = cells[off ^ {"residual"}]
        assert cell.answers["wrapped block"].answer is other.answers["wrapped block"].answer


def test_counterexamples_break_the_very_claim_of_their_cell(cells: Cells, project: Project) -> None:
    """Checked by the plain meaning of terms, which knows nothing of the engines."""
    failing = [
        (cell.claims[question], decision.counterexample)
        for cell in cells.values()
        for question, decision in cell.answers.items()
        if decision.answer is Answer.FAILS
    ]
    assert len(failing) > 500
    for claim, example in random.Random(7).sample(failing, 60):
        assert example is not None
        assert_breaks(claim, example, project.library)


def test_a_bundle_in_another_order_is_a_permutation(cells: Cells) -> None:
    example = cells[frozenset({"bundle order"})].answers["wrapped block"].counterexample
    assert example is not None
    there = example.values["σ"]
    assert isinstance(there, list)
    assert sorted(map(str, there)) == [str(i) for i in range(len(there))]
    assert there != sorted(there, key=str)


def test_values_and_output_need_no_commutation(cells: Cells, project: Project) -> None:
    checker = project.checkers[0]
    said = {
        (s.question, s.toggle, s.off, s.uses)
        for s in spared(checker, list(cells.values()), project.library)
    }
    assert said == {
        ("single-head block", "commutes", ("queries", "keys"), ("orthogonal",)),
        ("wrapped block", "commutes", ("queries", "keys"), ("orthogonal",)),
    }


@pytest.mark.slow
def test_a_report_looks_cells_up_as_the_checker_answers_them(
    cells: Cells, project: Project
) -> None:
    checker = project.checkers[0]
    found = table(checker, list(cells.values()), project.library)
    for off, cell in cells.items():
        answers = [a.answer for a in found.at(off)]
        assert answers == [a.answer.value for a in cell.answers.values()]
    # One rotation for all heads: the order makes no difference, on or off.
    assert found.at({"per head", "bundle order"}) == found.at({"per head"})


# With all on, and with one toggle off.
OTHERS = {
    "grouped_queries_checker": (256, {"": ["holds"]}),
    "pair_scales_checker": (64, {"": ["holds"]}),
    "residual_stream_checker": (
        16,
        # A norm that reads does not see what is written to the stream after it.
        {"": ["holds", "holds", "holds"], "writers": ["holds", "fails", "fails"]},
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_folds_in_whole_breaks_without_any_part(
    project: Project, cells_of: CellsOf, name: str
) -> None:
    [checker] = [checker for checker in project.checkers if checker.name == name]
    count, known = OTHERS[name]
    cells = {
        cell.off: [a.answer.value for a in cell.answers.values()] for cell in cells_of(checker.name)
    }
    assert len(cells) == count
    for toggle in ("", *(toggle.name for toggle in checker.toggles)):
        fails = ["fails"] * len(checker.questions)
        assert cells[(toggle,) if toggle else ()] == known.get(toggle, fails), toggle
    assert "unknown" not in {answer for answers in cells.values() for answer in answers}


def test_wrong_folds_that_people_make_are_presets(project: Project, cells_of: CellsOf) -> None:
    """The same scale on both sides, a gain left in its norm, a group that is another's."""
    wrong = {
        "grouped_queries_checker": "output blocks of other groups",
        "pair_scales_checker": "the same scale on both sides",
        "residual_stream_checker": "gains left in the norms",
    }
    for checker in project.checkers:
        if checker.name in wrong:
            off = set(checker.presets[wrong[checker.name]])
            [cell] = [c for c in cells_of(checker.name) if set(c.off) == off]
            for decision in cell.answers.values():
                assert decision.answer is Answer.FAILS
                assert decision.counterexample is not None

"""Programs in NumPy: forty that are wrong are refuted, twenty written otherwise confirmed."""

from pathlib import Path

import pytest

from harness.claims.model import Claim
from harness.claims.programs import Program, load_program
from harness.evidence import Evidence, Leg, Outcome
from harness.programs.check import exact, floats, guarded
from harness.programs.leg import check
from tests.arrays.language import CLAIMS, LIBRARY, ROOT, claim_of
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


def test_a_claim_about_what_returns_numbers_is_shown_by_nothing(tmp_path: Path) -> None:
    claim = CLAIMS["biasedGroupedQueryRopeAttentionBlockOutput_invariant_of_separate_rotations"]
    source = NUMPY.replace("return context @ wo.T + bo", "return np.eye(n, wo.shape[0])")
    found = _of(bound(tmp_path, source), claim)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "shown by nothing" in found.summary


def _of(program: Program, claim: Claim) -> Evidence:
    """What a claim comes to of a program."""
    about = LIBRARY.definitions[program.definition]
    return list(check(about, LIBRARY, program=program, claims=(claim,)))[2]


def test_a_claim_of_any_rope_afterwards_is_asked_with_the_one_that_is_there(
    tmp_path: Path,
) -> None:
    claim = CLAIMS["biasedGroupedQueryRopeAttentionBlockOutput_invariant_of_intertwining_pairs"]
    found = _of(bound(tmp_path, NUMPY), claim)
    assert found.outcome is Outcome.CONFIRMED
    assert found.data["breaks_without"] == ["Wk", "Wo", "Wq", "Wv", "bk", "bq", "bv"]
    assert "Θ as the program makes it" in found.summary


@pytest.mark.parametrize(
    ("layout", "outcome"),
    [("HalfSplit", Outcome.CONFIRMED), ("Interleaved", Outcome.NOT_APPLICABLE)],
)
def test_a_claim_that_says_which_rope_it_is_is_asked_where_it_is_that(
    layout: str, outcome: Outcome
) -> None:
    path = ROOT / "specs" / "programs" / "multi_head.yaml"
    claim = CLAIMS[f"groupedQueryRope{layout}AttentionBlockOutput_invariant_of_angles"]
    found = _of(load_program(path, path.name, LIBRARY, ROOT), claim)
    assert found.outcome is outcome, found.summary


def test_a_claim_of_one_thing_is_not_asked_of_two(tmp_path: Path) -> None:
    """Keys are the values in it; in the program they are not."""
    path = ROOT / "specs" / "programs" / "attention_context.yaml"
    text = (
        "for:\n  n, d: dimension\n  weights: vector(n) -> vector(n)\n  R: matrix(d, d)\n"
        "  q: vector(d)\n  K: index(n) -> vector(d)\nassume:\n  orthogonal: Rᵀ @ R = 1\n"
        "then: attentionContext(weights, R @ q, j ↦ R @ K(j), K)"
        " = attentionContext(weights, q, K, K)"
    )
    found = _of(load_program(path, path.name, LIBRARY, ROOT), claim_of(tmp_path, text))
    assert found.outcome is Outcome.NOT_APPLICABLE
    assert "two things" in found.summary


def test_sums_in_a_narrow_format_are_found_in_floating_point(tmp_path: Path) -> None:
    edit = ("np.exp(scores)", "np.exp(scores).astype(np.float16)")
    program = bound(tmp_path, edited(NUMPY, edit))
    assert floats(program, LIBRARY).outcome is Outcome.REFUTED


OWN = sorted((ROOT / "specs" / "programs").glob("*.yaml"))


@pytest.mark.parametrize("path", OWN, ids=lambda p: p.stem)
def test_the_programs_of_this_project(path: Path) -> None:
    program = load_program(path, path.name, LIBRARY, ROOT)
    about = LIBRARY.definitions[program.definition]
    found = list(check(about, LIBRARY, program=program, claims=tuple(CLAIMS.values())))
    assert [item.outcome for item in found[:2]] == [Outcome.CONFIRMED] * 2
    rest = {item.outcome for item in found[2:]}
    assert rest <= {Outcome.CONFIRMED, Outcome.NOT_APPLICABLE}


def test_a_definition_that_is_wrong_in_itself_is_refuted(tmp_path: Path) -> None:
    """The program is right and the definition is not: a sign of RoPE, scores of the wrong scale."""
    from tests.implementations.mutants import library

    path = ROOT / "specs" / "programs" / "half_split.yaml"
    text = "blocks(diagonal(c), diagonal(s), diagonal(s), diagonal(c))"
    wrong = library(tmp_path, ropeHalfSplit=text)
    assert exact(load_program(path, path.name, wrong, ROOT), wrong).outcome is Outcome.REFUTED


@pytest.mark.slow
def test_a_run_asks_the_programs_in_processes_of_their_own(tmp_path: Path) -> None:
    """One that ends its process is an error of its own, and no other's."""
    from harness.claims.project import load_project
    from harness.run import Plan, run
    from tests.programs.test_guide import BLOCKS

    definitions, program, binding, *_ = BLOCKS.findall(
        (ROOT / "docs/programs.md").read_text("utf-8")
    )
    (tmp_path / "specs" / "programs").mkdir(parents=True)
    (tmp_path / "lean").mkdir()
    (tmp_path / "specs" / "definitions.yaml").write_text(definitions, "utf-8")
    claim = "theorem: t\nsays: Trivial.\nfor: {n: dimension, a: vector(n)}\nthen: a = a\n"
    (tmp_path / "specs" / "t.yaml").write_text(claim, "utf-8")
    (tmp_path / "attention.py").write_text(program, "utf-8")
    deadly = program.replace("    scores", "    import os\n    os._exit(7)\n    scores", 1)
    (tmp_path / "deadly.py").write_text(deadly, "utf-8")
    for name in ("attention", "deadly"):
        text = binding.replace("attention.py", f"{name}.py")
        (tmp_path / "specs" / "programs" / f"{name}.yaml").write_text(text, "utf-8")
    plan = Plan(load_project(tmp_path), tmp_path / "cache", legs=(Leg.IMPLEMENTATION,), workers=1)
    found = [item for item in run(plan) if isinstance(item, Evidence)]
    checks = {item.check: item.outcome for item in found}
    assert checks["attention: exact"] is Outcome.CONFIRMED
    assert checks["attention: float64"] is Outcome.CONFIRMED
    assert [item.outcome for item in found if "exit code 7" in item.summary] == [Outcome.ERROR]

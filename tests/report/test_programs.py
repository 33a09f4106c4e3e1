"""The matrix of programs: every program that was asked, with all that was found out about it."""

from __future__ import annotations

from dataclasses import replace

from harness.evidence import Leg, Outcome
from harness.report.html import to_html
from harness.report.page.programs import programs
from harness.results.run import Run
from harness.results.subject import LegResult
from tests.report.demo import HOSTILE, demo, program


def with_program(outcome: Outcome, name: str) -> Run:
    """A run in which one program fails its exact check, or does not."""
    checks = tuple(program("softmax", name))
    checks = tuple(replace(c, outcome=outcome) if c.check.endswith("exact") else c for c in checks)
    [definition] = (d for d in demo().definitions if d.name == "softmax")
    legs = (LegResult(Leg.IMPLEMENTATION, outcome, checks),)
    return replace(demo(), definitions=(replace(definition, legs=legs),))


def section(run: Run) -> str:
    return to_html(run).split('aria-labelledby="programs-title"')[1].split("</section>")[0]


def test_each_program_has_a_row_with_its_own_checks_and_its_claims() -> None:
    [row] = programs(demo())
    assert (row.name, row.target, row.definition.name) == ("soft", "soft.py:soft", "softmax")
    assert [name for name, _ in row.own] == ["exact", "float64"]
    # What was asked of it comes before what says nothing of it.
    assert [name for name, _ in row.claims] == [
        "a_claim_of_it",
        "folded_qkvo_softmax_attention_block_invariant_of_commutes",
    ]
    assert dict(row.facts) == {
        "tensors": "soft.weight = Wq",
        "operators": "exp, divide",
        "versions": "numpy 2.4.6",
    }


def test_what_is_not_confirmed_is_said_in_a_word() -> None:
    assert ": refuted</span>" in section(with_program(Outcome.REFUTED, "soft"))
    assert ": refuted</span>" not in section(with_program(Outcome.CONFIRMED, "soft"))


def test_a_program_may_be_called_anything() -> None:
    text = section(with_program(Outcome.CONFIRMED, HOSTILE.replace(":", "")))
    assert "<img" not in text
    assert "<script" not in text


def test_a_run_without_programs_has_no_such_section() -> None:
    assert 'id="programs-title"' not in to_html(replace(demo(), definitions=()))

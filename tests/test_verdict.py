"""Not run is never passed: verdicts from every mixture of outcomes, judged by hand."""

from dataclasses import replace

import pytest

from harness.diagnostics import Diagnostic
from harness.evidence import LOCK, Counterexample, Evidence, Leg, Outcome
from harness.plain import from_plain, to_plain
from harness.verdict import ExitCode, Status, exit_code, judge, leg_outcome

C, R, I, N, A, E = (
    Outcome.CONFIRMED,
    Outcome.REFUTED,
    Outcome.INCONCLUSIVE,
    Outcome.NOT_RUN,
    Outcome.NOT_APPLICABLE,
    Outcome.ERROR,
)
LEGS = (Leg.PROOF, Leg.NUMERIC)


def evidence(leg: Leg, outcome: Outcome, subject: str = "claim") -> Evidence:
    return Evidence(subject, leg, "check", outcome, "")


@pytest.mark.parametrize(
    ("checks", "outcome"),
    [([], N), ([C], C), ([C, A], C), ([A], A), ([C, I], I), ([C, N], N), ([I, E], E), ([E, R], R)],
)
def test_a_leg_is_as_good_as_its_worst_check(checks: list[Outcome], outcome: Outcome) -> None:
    assert leg_outcome(evidence(Leg.PROOF, check) for check in checks) is outcome


@pytest.mark.parametrize(
    ("proof", "numeric", "status"),
    [
        (C, C, Status.CONFIRMED),
        (C, A, Status.CONFIRMED),
        (A, A, Status.UNDECIDED),
        (C, N, Status.UNDECIDED),
        (C, None, Status.UNDECIDED),
        (C, I, Status.UNDECIDED),
        (C, E, Status.UNDECIDED),
        (C, R, Status.REFUTED),
        (R, C, Status.REFUTED),
        (None, None, Status.UNDECIDED),
    ],
)
def test_every_required_leg_counts(
    proof: Outcome | None, numeric: Outcome | None, status: Status
) -> None:
    found = [
        evidence(leg, outcome)
        for leg, outcome in zip(LEGS, (proof, numeric), strict=True)
        if outcome is not None
    ]
    assert judge("claim", found, LEGS).status is status


def test_evidence_on_another_claim_does_not_count() -> None:
    found = [evidence(leg, C, "another") for leg in LEGS]
    assert judge("claim", found, LEGS).status is Status.UNDECIDED


def test_a_waiver_excuses_silence_but_not_a_refutation() -> None:
    waived = {Leg.NUMERIC: "no sampler yet"}
    assert judge("claim", [evidence(Leg.PROOF, C)], LEGS, waived).status is Status.CONFIRMED
    refuted = [evidence(Leg.PROOF, C), evidence(Leg.NUMERIC, R)]
    assert judge("claim", refuted, LEGS, waived).status is Status.REFUTED
    everything = dict.fromkeys(LEGS, "tired")
    assert judge("claim", [], LEGS, everything).status is Status.UNDECIDED


@pytest.mark.parametrize("of_lock", [I, C, Outcome.NOT_APPLICABLE])
def test_a_waiver_that_nobody_has_reviewed_excuses_nothing(of_lock: Outcome) -> None:
    """What is waived stands in the lock, which answers in a leg that could be waived itself."""
    waived = {Leg.NUMERIC: "because I say so"}
    lock = replace(evidence(Leg.NUMERIC, of_lock), check=LOCK)
    found = judge("claim", [evidence(Leg.PROOF, C), lock], LEGS, waived)
    is_reviewed = of_lock is not I
    assert found.status is (Status.CONFIRMED if is_reviewed else Status.UNDECIDED)
    assert found.waived == (waived if is_reviewed else {})


def test_exit_codes() -> None:
    confirmed = judge("claim", [evidence(leg, C) for leg in LEGS], LEGS)
    refuted = judge("claim", [evidence(Leg.PROOF, R)], LEGS)
    undecided = judge("claim", [], LEGS)
    assert exit_code([confirmed]) is ExitCode.CONFIRMED
    assert exit_code([confirmed, undecided]) is ExitCode.UNDECIDED
    assert exit_code([confirmed, undecided, refuted]) is ExitCode.REFUTED
    assert exit_code([]) is ExitCode.UNDECIDED


def test_evidence_survives_json() -> None:
    import json

    example = Counterexample({"n": 2}, {"R": [[1, 0], [0, "3/5"]]}, [1], [2], "small")
    fault = Diagnostic("specs/a.yaml", 3, 4, "expected, found")
    full = Evidence("c", Leg.MIRROR, "k", R, "s", {"a": [1, None]}, example, (fault,), "r", 0.5)
    again = from_plain(json.loads(json.dumps(to_plain(full))), Evidence)
    assert again == full

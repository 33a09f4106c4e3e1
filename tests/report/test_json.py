"""The data file: it fits its schema, and reading it back loses nothing."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import numpy as np
import pytest

from harness.evidence import GapKind, Leg, Outcome
from harness.report.json import from_json, report_schema, to_json, to_text
from harness.results.run import Run
from harness.verdict import Status
from tests.report.demo import demo, hostile


@pytest.mark.parametrize("make", [demo, hostile])
def test_it_fits_its_schema_and_reads_back(make: type[Run]) -> None:
    run = make()
    data = json.loads(to_text(run))
    jsonschema.Draft202012Validator.check_schema(report_schema())
    jsonschema.validate(data, report_schema())
    assert to_json(from_json(data)) == data


def test_the_schema_knows_the_closed_vocabulary() -> None:
    definitions = report_schema()["$defs"]
    assert set(definitions["GapKind"]["enum"]) == set(GapKind)
    assert set(definitions["Outcome"]["enum"]) == set(Outcome)
    assert set(definitions["Leg"]["enum"]) == set(Leg)
    assert set(definitions["Status"]["enum"]) == set(Status)


def test_a_claim_has_a_status_and_legs_with_evidence() -> None:
    claims = {claim["name"]: claim for claim in to_json(demo())["claims"]}
    claim = claims["attentionWeights_invariant_of_orthogonal"]
    assert claim["status"] == "refuted"
    [numeric] = [leg for leg in claim["legs"] if leg["leg"] == "numeric"]
    assert numeric["outcome"] == "refuted"
    [check] = numeric["checks"]
    assert check["counterexample"]["sizes"] == {"n": 2, "d": 2}
    not_run = {"leg": "numeric", "outcome": "not run", "checks": [], "waived": None}
    assert not_run in claims["blockDiag_orthogonal"]["legs"]


def test_another_schema_is_not_read() -> None:
    with pytest.raises(ValueError, match="something/else"):
        from_json({**to_json(demo()), "schema": "something/else"})


def test_infinities_do_not_break_the_file() -> None:
    run = demo()
    claim = run.claims[0]
    leg, *others = claim.legs
    check = replace(
        leg.checks[0], data={"worst": float("inf"), "mean": float("nan"), "last": np.float64(0.5)}
    )
    claim = replace(claim, legs=(replace(leg, checks=(check,)), *others))
    data = json.loads(to_text(replace(run, claims=(claim,))))
    found = data["claims"][0]["legs"][0]["checks"][0]["data"]
    assert found == {"worst": "inf", "mean": "nan", "last": 0.5}

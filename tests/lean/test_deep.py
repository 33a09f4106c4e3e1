"""A declaration that is too deep for Lean costs what rests on it, and nothing else."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.cli import main
from harness.lean.audit.answer import END, Malformed, last_step, read_answer

PACKAGE = Path(__file__).parents[1] / "fixtures" / "deep"


@pytest.mark.lean
def test_what_ends_lean_costs_itself_alone(tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(PACKAGE, root)
    evidence = root / "evidence.json"
    legs = ["--leg", "proof", "--leg", "mirror"]
    options = ["--toolchain", "embedded", "--json", str(evidence), *legs]
    done = CliRunner().invoke(main, ["-C", str(root), "check", *options])
    assert done.exit_code == 3, done.output
    found = {
        claim["name"]: {
            check["outcome"]
            for leg in claim["legs"]
            if leg["leg"] in ("proof", "mirror")
            for check in leg["checks"]
        }
        for claim in json.loads(evidence.read_text("utf-8"))["claims"]
    }
    for theorem in ("honest", "on_shallow", "on_middle"):
        # That a claim says nothing is not applicable to those that do.
        assert found[theorem] - {"not applicable"} == {"confirmed"}, found[theorem]
    for theorem in ("on_deep", "on_that"):
        assert "not run" in found[theorem]
        assert not found[theorem] & {"confirmed", "refuted"}
    assert "it rests on Deep.tower1000000, which is undecided" in done.output


def test_where_an_answer_breaks_off() -> None:
    def step(number: int) -> str:
        return f'{{"harness":{{"step":{{"number":{number}}}}}}}\n'

    assert last_step("") is None
    assert last_step(step(0) + step(7) + '{"ie":1,') == 7
    # A line that is not whole tells nothing.
    assert last_step(step(3) + step(4)[:-1]) == 3
    with pytest.raises(Malformed, match="expected a natural number, found '0'"):
        read_answer(step(0).replace("0", '"0"') + END)

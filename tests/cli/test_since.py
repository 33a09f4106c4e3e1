"""What changed since an earlier run is said by the run itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.cli import main

ROOT = Path(__file__).parents[2]
SPEC = "specs/planeRotation_commutes.yaml"


def check(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(
        main, ["-C", str(ROOT), "check", SPEC, "--leg", "symbolic", *arguments]
    )
    return done.exit_code, done.output


@pytest.mark.slow
def test_a_check_says_what_changed_since_an_earlier_one(tmp_path: Path) -> None:
    old, page = tmp_path / "old.json", tmp_path / "page.html"
    code, output = check("--json", str(old))
    assert code == 0
    assert "Since" not in output
    data = json.loads(old.read_text("utf-8"))
    data["claims"][0]["status"] = "refuted"
    old.write_text(json.dumps(data), "utf-8")
    code, output = check("--since", str(old), "--html", str(page))
    assert code == 0
    assert "fixed: planeRotation_commutes: refuted became confirmed" in output
    assert "refuted became confirmed" in page.read_text("utf-8")


def test_an_earlier_run_that_is_none_is_bad_input_before_anything_runs(tmp_path: Path) -> None:
    old = tmp_path / "old.json"
    old.write_text("{}", "utf-8")
    code, output = check("--since", str(old))
    assert code == 2
    assert "not a report of this harness" in output

"""`harness ablate` as a user meets it."""

import json
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner, Result

from harness.cli import main
from harness.report.json import report_schema

ROOT = Path(__file__).parents[2]
CLAIM = "ropeScores_invariant_of_commutes"


def ablate(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["-C", str(ROOT), "ablate", *arguments])


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))


def test_a_claim_with_one_thing_less_at_a_time() -> None:
    done = ablate(CLAIM)
    assert done.exit_code == 0, done.output
    rows = dict(line.rsplit(maxsplit=1) for line in done.stdout.splitlines() if "  " in line)
    # Turned on one side alone, scores see the rotation; turned on both, they need both hypotheses.
    for what in ("commutes", "orthogonal", "Wq", "Wk"):
        assert rows[f"without {what}"] == "fails"
    assert "16 combinations" in done.stdout


def test_the_lattice_as_data_fits_the_schema_of_reports() -> None:
    done = ablate(CLAIM, "--json")
    data = json.loads(done.stdout)
    assert data.pop("name") == CLAIM
    del data["title"], data["says"]
    schema = report_schema()
    jsonschema.validate(data, {"$ref": "#/$defs/Lattice", "$defs": schema["$defs"]})
    assert len(data["cells"]) == 16


def test_one_combination_in_full() -> None:
    broken = ablate(CLAIM, "--off", "orthogonal")
    assert broken.exit_code == 0
    assert "fails: A counterexample" in broken.stdout
    assert "left " in broken.stdout
    block = "folded_qkvo_attention_block_invariant_of_commutes"
    proved = ablate(block, *[f"--off={name}" for name in ("Wq", "Wk", "commutes")])
    assert "holds: Proved for every size from orthogonal." in proved.stdout
    assert "[orthogonal]" in proved.stdout


def test_a_counterexample_as_lean_text() -> None:
    done = ablate(CLAIM, "--off", "orthogonal", "--lean")
    assert done.exit_code == 0
    assert done.stdout.startswith("import Foldability\n")  # a file, and nothing else
    assert "def Claim : Prop :=\n  ∀ (α : Type 0)" in done.stdout
    assert "example : ¬ Claim :=" in done.stdout
    assert "(by decide +kernel)" in done.stdout
    # What holds has no counterexample, and no file that could be taken for one.
    block = "folded_qkvo_attention_block_invariant_of_commutes"
    proved = ablate(block, "--lean", *[f"--off={name}" for name in ("wq", "Wk", "commutes")])
    assert (proved.exit_code, proved.stdout) == (3, "")
    assert "holds: Proved for every size from orthogonal." in proved.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nobody",), "nobody: no claim is about this theorem"),
        (("wraped_foldability_checker",), "did you mean wrapped_foldability_checker?"),
        ((CLAIM, "--off", "ortogonal"), "--off ortogonal: there is no such toggle"),
        ((CLAIM, "--off", "wz"), "there is no such toggle; there are commutes, orthogonal"),
    ],
)
def test_what_is_not_there_is_bad_input(arguments: tuple[str, ...], says: str) -> None:
    done = ablate(*arguments)
    assert done.exit_code == 2
    assert says in done.output


def test_an_identity_is_worked_out_whole() -> None:
    done = ablate("planeRotation_orthogonal", "--off", "unit")
    assert "  right  1 = [[1, 0], [0, 1]]\n" in done.stdout

"""What `import harness` gives to scripts and notebooks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

import harness
from tests.report.demo import demo, hostile

ROOT = Path(__file__).parents[1]


def test_the_import_is_cheap() -> None:
    script = (
        "import sys, harness\n"
        "heavy = {'numpy', 'sympy', 'yaml', 'msgspec', 'click'} & set(sys.modules)\n"
        "sys.exit(f'imported: {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_everything_that_is_public_is_there() -> None:
    for name in harness.__all__:
        assert getattr(harness, name).__doc__, name
    assert set(harness.__all__) <= set(dir(harness))
    with pytest.raises(AttributeError, match="nothing"):
        _ = harness.nothing


def test_bad_input_is_said() -> None:
    with pytest.raises(harness.InputError):
        harness.load("/")
    with pytest.raises(ValueError, match="guess"):
        harness.check(ROOT, legs=["guess"])


def test_a_run_is_asked_by_names() -> None:
    run = demo()
    claim = run.claims["attentionWeights_invariant_of_orthogonal"]
    assert claim.status is harness.Status.REFUTED
    assert claim["numeric"].outcome is harness.Outcome.REFUTED
    assert run.claims[0] is next(iter(run.claims))
    for missing in (lambda: run.claims["nothing"], lambda: claim["nothing"]):
        with pytest.raises(KeyError):
            missing()


def test_what_a_notebook_shows_names_every_verdict_and_is_escaped() -> None:
    run = demo()
    table = ElementTree.fromstring(run._repr_html_())
    shown = {row[0].text: row[1].text for row in list(table)[1:]}
    assert shown == {item.name: item.word for item in run.judged}
    for text in (hostile()._repr_html_(), hostile().claims[0]._repr_html_()):
        assert "<script" not in text
        assert "<img" not in text
    assert run.claims[0]._repr_latex_().startswith(r"$\displaystyle ")

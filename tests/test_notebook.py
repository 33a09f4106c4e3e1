"""The tutorial notebook runs from top to bottom, and shows what its text says it shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The last output of each cell, by the first line of its code."""
    notebook = nbformat.read(ROOT / "docs" / "tutorial.ipynb", 4)
    assert not any(cell.get("outputs") for cell in notebook.cells)  # they are made, not kept
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HARNESS_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        # The kernel takes the current folder out of its path where that comes first, and with it
        # this package: another test may have left a safe path, in which nothing comes before it.
        patch.delenv("PYTHONSAFEPATH", raising=False)
        NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return {c.source.splitlines()[0]: c.outputs[-1] for c in code if c.outputs}


@pytest.mark.slow
def test_the_tutorial_shows_what_it_says(cells: dict[str, Any]) -> None:
    proved = cells['claim = """\\']["data"]["text/html"]
    assert proved.startswith("<table>")
    assert proved.count("<td>confirmed</td>") >= 3
    claim = cells['run.claims["scores_invariant"]']["data"]
    assert "scores_invariant" in claim["text/html"]
    assert "scores" in claim["text/latex"]
    spoiled = cells['file.write_text(claim.replace("R @ K(j)", "K(j)"), encoding="utf-8")']
    assert "<td>refuted</td>" in spoiled["data"]["text/html"]
    example = cells["examples = ["]["data"]["text/plain"]
    assert example.startswith("Counterexample(sizes=")
    mistake = cells['file.write_text(claim.replace("R @ q", "q @ R"), encoding="utf-8")']["text"]
    assert "specs/scores_invariant.yaml:10:" in mistake
    assert "0" in str(cells['file.write_text(claim, encoding="utf-8")']["data"]["text/plain"])

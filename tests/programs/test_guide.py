"""The guide's own example is confirmed, and refuted once it is made wrong as the guide says."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.cli import main
from tests.arrays.language import ROOT

BLOCKS = re.compile(r"^```(?:yaml|py)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def stranger(tmp_path: Path) -> Path:
    """A project made of the blocks of the guide."""
    text = (ROOT / "docs" / "programs.md").read_text("utf-8")
    definitions, program, binding = BLOCKS.findall(text)
    (tmp_path / "pyproject.toml").write_text("[tool.harness]\n", "utf-8")
    (tmp_path / "specs" / "programs").mkdir(parents=True)
    (tmp_path / "specs" / "definitions.yaml").write_text(definitions, "utf-8")
    (tmp_path / "specs" / "programs" / "my_attention.yaml").write_text(binding, "utf-8")
    (tmp_path / "attention.py").write_text(program, "utf-8")
    return tmp_path


@pytest.mark.slow
def test_the_example_is_confirmed_and_its_wrong_twin_refuted(stranger: Path) -> None:
    done = CliRunner().invoke(main, ["-C", str(stranger), "programs"])
    assert done.exit_code == 0, done.output
    assert "exact: confirmed" in done.output
    assert "float64: confirmed" in done.output
    file = stranger / "attention.py"
    file.write_text(file.read_text().replace("np.sqrt(q.shape[-1])", "q.shape[-1]"))
    done = CliRunner().invoke(main, ["-C", str(stranger), "programs"])
    assert done.exit_code == 1
    assert "They part at `divide` (attention.py:5)" in done.output


def test_a_function_conforms_in_code(stranger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    import yaml

    import harness
    from harness.conformance import assert_conforms

    spec = importlib.util.spec_from_file_location("attention", stranger / "attention.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text = (stranger / "specs" / "programs" / "my_attention.yaml").read_text("utf-8")
    binding = {k: v for k, v in yaml.safe_load(text).items() if k not in ("program", "implements")}
    binding = {"for_": binding.pop("for"), "open_": binding.pop("open"), **binding}
    found = harness.conforms(module.my_attention, "attention", project=stranger, **binding)
    assert [str(item.outcome) for item in found] == ["confirmed", "confirmed"]
    binding["give"] = {"q": "K", "k": "K", "v": "V"}
    with pytest.raises(AssertionError, match="my_attention does not conform to attention"):
        assert_conforms(module.my_attention, "attention", project=stranger, **binding)


TWO = """\
import numpy as np


def eager(q, k, v, scale):
    weights = np.exp(q @ k.T * scale)
    return weights / weights.sum(axis=-1, keepdims=True) @ v


def by_rows(q, k, v, scale):
    rows = []
    for query in q:
        powers = np.exp(k @ (query * scale))
        rows.append(powers @ v / powers.sum())
    return np.stack(rows)


def one_key_too_few(q, k, v, scale):
    return eager(q, k[:-1], v[:-1], scale)


def sorted_keys(q, k, v, scale):
    return eager(q, np.sort(k, axis=0), v, scale)


def queries_alone(q, k, v, scale):
    return q * scale
"""


def test_two_functions_are_one_or_not(tmp_path: Path) -> None:
    import importlib.util

    import harness

    (tmp_path / "two.py").write_text(TWO, "utf-8")
    spec = importlib.util.spec_from_file_location("two", tmp_path / "two.py")
    assert spec is not None
    assert spec.loader is not None
    two = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(two)
    shapes = {"q": (3, 4), "k": (5, 4), "v": (5, 2)}

    def ask(one: object, other: object) -> object:
        return harness.same(one, other, shapes=shapes, scale=0.5)

    assert str(ask(two.eager, two.by_rows).outcome) == "confirmed"  # type: ignore[attr-defined]
    found = ask(two.eager, two.one_key_too_few)
    assert str(found.outcome) == "refuted"  # type: ignore[attr-defined]
    assert "first [0, 0]; they part at" in found.summary  # type: ignore[attr-defined]
    found = ask(two.eager, two.sorted_keys)
    assert str(found.outcome) == "not applicable"  # type: ignore[attr-defined]
    assert "`sort` at two.py:22" in found.summary  # type: ignore[attr-defined]
    found = ask(two.queries_alone, two.queries_alone)
    assert str(found.outcome) == "inconclusive"  # type: ignore[attr-defined]
    assert "k, v moves no result" in found.summary  # type: ignore[attr-defined]

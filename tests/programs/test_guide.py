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

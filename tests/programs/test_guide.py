"""The guide's own example is confirmed, and refuted once it is made wrong as the guide says."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from click.testing import CliRunner

import harness
from harness.claims.programs import load_program
from harness.claims.project import open_project
from harness.cli import main
from harness.conformance import assert_conforms
from harness.programs.leg import check
from tests.arrays.language import ROOT
from tests.programs.examples import loaded

BLOCKS = re.compile(r"^```(?:yaml|py)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture
def stranger(tmp_path: Path) -> Path:
    """A project made of the blocks of the guide."""
    text = (ROOT / "docs" / "programs.md").read_text("utf-8")
    definitions, program, binding, *_ = BLOCKS.findall(text)
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
    done = CliRunner().invoke(main, ["-C", str(stranger), "programs", "my_attention", "--json"])
    assert done.exit_code == 1
    assert "They part at `divide` (attention.py:5)" in done.stderr
    assert "refuted" in {item["outcome"] for item in json.loads(done.stdout)}


def test_a_name_that_no_program_has_is_bad_input(stranger: Path) -> None:
    done = CliRunner().invoke(main, ["-C", str(stranger), "programs", "my_attentoin"])
    assert done.exit_code == 2
    assert "did you mean my_attention?" in done.output


@pytest.fixture
def binding(stranger: Path) -> dict[str, Any]:
    """The keys of the guide's file, as Python has them."""
    text = (stranger / "specs" / "programs" / "my_attention.yaml").read_text("utf-8")
    found = {k: v for k, v in yaml.safe_load(text).items() if k not in ("program", "implements")}
    named = {"for_": found.pop("for"), "open_": found.pop("open")}
    return {**named, **found, "project": stranger}


def test_a_function_conforms_in_code(stranger: Path, binding: dict[str, Any]) -> None:
    attention = loaded(stranger / "attention.py").my_attention
    found = harness.conforms(attention, "attention", **binding)
    assert [str(item.outcome) for item in found] == ["confirmed", "confirmed"]
    wrong = {**binding, "give": {"q": "K", "k": "K", "v": "V"}}
    with pytest.raises(AssertionError, match="my_attention does not conform to attention"):
        assert_conforms(attention, "attention", **wrong)


def test_a_function_within_another_conforms_or_is_told_where_and_at_what(
    binding: dict[str, Any],
) -> None:
    """As in a notebook; what fails shows few numbers and the operator."""

    def attention(q: Any, k: Any, v: Any) -> Any:
        found = np.zeros((len(q), v.shape[1]))
        for i, row in enumerate(q):
            powers = np.exp(k @ row / 2 ** power[0])
            found[i] = powers @ v / powers.sum()
        return found

    power = [1]
    binding["at"] = [{"n": 3, "d": 4, "e": 2, "scale": "1/2"}]
    assert_conforms(attention, "attention", **binding)
    power[0] = 2
    with pytest.raises(AssertionError) as caught:
        assert_conforms(attention, "attention", **binding)
    said = str(caught.value)
    assert "They part at `divide` (test_guide.py:" in said
    assert "and 0 elsewhere" in said
    assert said.count("] = ") <= 12


def test_a_decorator_makes_a_test_of_a_function(binding: dict[str, Any]) -> None:
    @harness.implements("attention", **binding)
    def test_mine(q: Any, k: Any, v: Any) -> Any:
        weights = np.exp(q @ k.T / np.sqrt(q.shape[-1]))
        return weights / weights.sum(axis=-1, keepdims=True) @ v

    @harness.implements("attention", **binding)
    def test_other(q: Any, k: Any, v: Any) -> Any:
        weights = np.exp(q @ k.T / np.sqrt(q.shape[-1]))
        return weights / weights.sum(axis=0, keepdims=True) @ v

    assert test_mine.__name__ == "test_mine"
    test_mine()
    with pytest.raises(AssertionError, match="test_other does not conform"):
        test_other()


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
    (tmp_path / "two.py").write_text(TWO, "utf-8")
    two = loaded(tmp_path / "two.py")
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


FAULTS = {
    "operands exchanged": ("q @ np.swapaxes(k, -1, -2)", "k @ np.swapaxes(q, -1, -2)"),
    "scale": ("/ np.sqrt(size)", "/ size"),
    "mask shifted by one": ("dtype=bool), 1)", "dtype=bool), 2)"),
    "neighbours": ("x[..., :half], x[..., half:]", "x[..., ::2], x[..., 1::2]"),
    "bias forgotten": ("q + bias[:, None, :]", "q"),
    "heads go round": (
        "k = np.repeat(k, heads // groups, axis=0)",
        "k = np.concatenate([k] * (heads // groups), axis=0)",
    ),
    "float16": (
        "q @ np.swapaxes(k, -1, -2)",
        "(q.astype(np.float16) @ np.swapaxes(k, -1, -2).astype(np.float16)).astype(float)",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["", *FAULTS])
def test_attention_as_it_is_shipped(tmp_path: Path, name: str) -> None:
    """The guide's second example, and each of the faults that it names."""
    text = (ROOT / "docs" / "programs.md").read_text("utf-8")
    blocks = BLOCKS.findall(text.split("## Heads,")[1])
    definitions, program, binding = blocks[:3]
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "definitions.yaml").write_text(definitions, "utf-8")
    old, new = FAULTS.get(name, ("", ""))
    assert program.count(old) == 1 or not name
    (tmp_path / "heads.py").write_text(program.replace(old, new) if name else program, "utf-8")
    (tmp_path / "heads.yaml").write_text(binding, "utf-8")
    library = open_project(tmp_path).library
    bound = load_program(tmp_path / "heads.yaml", "heads.yaml", library, tmp_path)
    found = {
        item.check.rpartition(" ")[2]: item
        for item in check(library.definitions[bound.definition], library, program=bound)
    }
    outcomes = {which: str(item.outcome) for which, item in found.items()}
    wrong = "confirmed" if name in ("", "float16") else "refuted"
    assert outcomes == {"exact": wrong, "float64": "refuted" if name else "confirmed"}
    if wrong == "refuted":
        assert found["exact"].data["line"].startswith("heads.py:")

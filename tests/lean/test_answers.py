"""What the commands that ask Lean answer to other programs: one object, and nothing beside it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from harness.cli import main

pytestmark = pytest.mark.lean
SOURCE = """module
public section
namespace Tiny
@[expose] def twice (x : Int) : Int := x + x
theorem twice_add (x y : Int) : twice (x + y) = twice x + twice y := by unfold twice; omega
theorem there_is_one (x : Int) : ∃ y : Int, twice y = x + x :=
  Classical.byContradiction fun no => no ⟨x, rfl⟩
end Tiny
"""


def answer(root: Path, *words: object) -> tuple[Any, int]:
    """What standard output holds, which is one value of JSON, and the exit code."""
    command = ["-C", str(root), *map(str, words), "--json", "--toolchain", "embedded"]
    done = CliRunner().invoke(main, command)
    return json.loads(done.stdout), done.exit_code


def test_each_answers_with_one_object(tmp_path: Path) -> None:
    (tmp_path / "lakefile.toml").write_text('name = "tiny"\n[[lean_lib]]\nname = "Tiny"\n', "utf-8")
    (tmp_path / "Tiny.lean").write_text(SOURCE, "utf-8")
    built, code = answer(tmp_path, "build")
    assert (code, built["ok"]) == (0, True)
    assert [module["file"] for module in built["modules"]] == ["Tiny.lean"]

    begun, code = answer(tmp_path, "init")
    assert code == 0
    files = [item["file"] for item in begun["wrote"]]
    assert {"specs/definitions.yaml", "specs/twice_add.yaml"} <= set(files)
    assert all((tmp_path / name).is_file() for name in files if "[" not in name)
    left = {item["name"]: item for item in begun["not_written"]}
    assert left["there_is_one"]["is"] == "not drafted"
    assert not (tmp_path / "specs/there_is_one.yaml").exists()

    again, code = answer(tmp_path, "new", "--all")
    assert (code, again["wrote"]) == (3, [])
    assert [item["name"] for item in again["not_written"]] == ["there_is_one"]
    (tmp_path / "specs/twice_add.yaml").unlink()
    drafted, code = answer(tmp_path, "new", "twice_add")
    assert (code, drafted["not_written"]) == (0, [])
    assert [Path(item["file"]).name for item in drafted["wrote"]] == ["twice_add.yaml"]

    proof = tmp_path / "proof.ndjson"
    exported, code = answer(tmp_path, "export", "twice_add", "-o", proof)
    assert (code, exported["not_written"]) == (0, [])
    [item] = exported["wrote"]
    assert item["file"] == str(proof)
    assert 0 < item["axioms"] < item["declarations"] < len(proof.read_text("utf-8").splitlines())
    assert '"twice_add"' in proof.read_text("utf-8")

    (tmp_path / "Tiny.lean").write_text(SOURCE.replace("omega", "rfl"), "utf-8")
    broken, code = answer(tmp_path, "build")
    assert (code, broken["ok"]) == (1, False)
    [module] = broken["modules"]
    assert [message["severity"] for message in module["messages"]] == ["error"]

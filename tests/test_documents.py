"""What the documents say can be done: commands that run, links that lead somewhere."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from harness.cli import COMMANDS, main

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXPECTED_END = re.compile(r"#\s*ends with (\d+)")


def names(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def commands(text: str) -> list[str]:
    """Every command of the harness that a document shows in a block, without its comment."""
    lines = re.findall(r"^(?: {4})?(harness .*)$", text, re.MULTILINE)
    return [re.split(r"\s{2,}#|;", line)[0].strip() for line in lines]


@pytest.mark.parametrize("path", DOCUMENTS, ids=names)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text("utf-8")):
        file = target.split("#")[0]
        if file and not re.match(r"[a-z]+:", target):
            assert (path.parent / file).exists(), f"{names(path)}: {target}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=names)
def test_commands_and_their_options_exist(path: Path) -> None:
    known = {name for section in COMMANDS.values() for name in section}
    for line in commands(path.read_text("utf-8")):
        _, name, *words = shlex.split(line)
        assert name in known, line
        with click.Context(main) as context:
            command = main.get_command(context, name)
        assert command is not None
        options = {option for parameter in command.params for option in parameter.opts}
        for word in words:
            if word.startswith("--"):
                assert word.split("=")[0] in options, line


def test_the_readme_names_every_command() -> None:
    shown = {shlex.split(line)[1] for line in commands((ROOT / "README.md").read_text("utf-8"))}
    assert {name for section in COMMANDS.values() for name in section} - shown <= {
        "report",
        "completion",
    }


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """The root of the repository, as far as commands read it, and free to write into."""
    for name in ("specs", "lean", "pyproject.toml"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


def run(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "COLUMNS": "200"}
    return subprocess.run(
        arguments, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
@pytest.mark.parametrize("path", [p for p in DOCUMENTS if p.parent.name == "docs"], ids=names)
def test_the_guides_run_from_top_to_bottom(path: Path, workplace: Path) -> None:
    """Python blocks are one program, grown block by block; commands run after those above them."""
    program = ""
    for language, block in FENCE.findall(path.read_text("utf-8")):
        if language == "python":
            program += block
            done = run([sys.executable, "-c", program], workplace)
            assert done.returncode == 0, done.stderr
        elif language == "sh":
            for line in filter(None, block.splitlines()):
                _, *words = shlex.split(line, comments=True)
                done = run([sys.executable, "-m", "harness", *words], workplace)
                ends = EXPECTED_END.search(line)
                expected = int(ends[1]) if ends else 0
                assert done.returncode == expected, f"{line}\n{done.stdout}{done.stderr}"


QUICK = {"list", "explain", "sketch", "cost", "schema", "doctor"}


@pytest.mark.slow
def test_quick_commands_of_the_readme_run(workplace: Path) -> None:
    ran = set()
    for line in commands((ROOT / "README.md").read_text("utf-8")):
        _, name, *words = shlex.split(line)
        if name in QUICK:
            theorem = "folded_qkvo_attention_block_invariant_of_commutes"
            words = [theorem if word == "THEOREM" else word for word in words]
            done = run([sys.executable, "-m", "harness", name, *words], workplace)
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
            ran.add(name)
    assert ran == QUICK


def test_claims_that_the_documents_show_are_claims_as_far_as_they_go() -> None:
    """`for: {a, b: scalar}`, say, is something else in YAML than on lines of its own."""
    import json
    from textwrap import dedent

    import yaml
    from jsonschema import Draft202012Validator

    schema = json.loads((ROOT / "harness" / "claims" / "schema" / "claim.json").read_text("utf-8"))
    validator = Draft202012Validator({**schema, "required": []})
    blocks = [
        block
        for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
        for block in re.findall(
            r"^ *```yaml\n(.*?)^ *```$", path.read_text("utf-8"), re.MULTILINE | re.DOTALL
        )
        if re.match(r"\s*theorem:", block)
    ]
    assert len(blocks) > 4
    for block in blocks:
        found = [
            f"{e.json_path}: {e.message}"
            for e in validator.iter_errors(yaml.safe_load(dedent(block)))
        ]
        assert not found, f"{block}\n{found}"


def test_the_specification_of_the_readme_is_the_committed_one() -> None:
    """The example is not one that once worked."""
    from harness.claims.load import load_claim
    from harness.claims.project import open_project

    (example,) = (
        block
        for language, block in re.findall(
            r"^ *```(\w+)\n(.*?)^ *```$",
            (ROOT / "README.md").read_text("utf-8"),
            re.MULTILINE | re.DOTALL,
        )
        if language == "yaml" and "theorem:" in block
    )
    library = open_project(ROOT).library
    path = ROOT / "specs" / "scores_invariant_of_orthogonal.yaml"
    committed = load_claim(path, path.name, library)
    from textwrap import dedent

    import yaml

    shown = yaml.safe_load(dedent(example))
    assert shown["theorem"] == committed.theorem
    assert shown["then"] == committed.conclusion_text
    assert shown["assume"] == {h.name: h.text for h in committed.hypotheses}

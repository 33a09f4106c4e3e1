"""Where others run the harness: the action, the hook, the workflows, the image.

The scripts are run as their file has them; that a service reads them as its documentation says
cannot be tried here.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from harness.cli.starting import _workflow

ROOT = Path(__file__).parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
FILES = [
    *(ROOT / "action.yml", ROOT / "harness/cli/workflow.yml"),
    *sorted((ROOT / ".github/workflows").glob("*.yml")),
]
BIN = Path(sys.executable).parent


def project(folder: Path, then: str) -> Path:
    (folder / "specs").mkdir(parents=True)
    shutil.copytree(ROOT / "tests/fixtures/isometry", folder, dirs_exist_ok=True)
    for spec in (folder / "specs").glob("*.yaml"):
        if spec.name != "definitions.yaml":
            spec.unlink()
    (folder / "specs/t.yaml").write_text(
        f"theorem: t\nsays: A product.\nfor: {{a: scalar, b: scalar}}\nthen: {then}\n", "utf-8"
    )
    return folder


def run(script: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(folder), **more}
    return subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(("then", "code"), [("a * b = b * a", 0), ("a * b = a + b", 1)])
def test_the_action_ends_as_the_check_and_leaves_its_files(
    tmp_path: Path, then: str, code: int
) -> None:
    folder = project(tmp_path / "a project", then)
    (script,) = [step["run"] for step in ACTION["runs"]["steps"] if step.get("name") == "Check"]
    summary = tmp_path / "step"
    done = run(
        script,
        tmp_path,
        FOLDER=str(folder),
        OUTPUT="out put",
        ARGUMENTS="--leg symbolic  --leg numeric",
        GITHUB_STEP_SUMMARY=str(summary),
        GITHUB_ACTIONS="true",
    )
    assert done.returncode == code, done.stderr
    assert {path.name for path in (tmp_path / "out put").iterdir()} == {
        "index.html", "report.json", "junit.xml", "harness.sarif", "summary.md",
    }  # fmt: skip
    assert summary.read_text("utf-8") == (tmp_path / "out put/summary.md").read_text("utf-8")
    assert ("::error" in done.stdout) == (code == 1)


def test_bad_input_ends_the_action_with_its_code(tmp_path: Path) -> None:
    folder = project(tmp_path / "project", "a * = b")
    (script,) = [step["run"] for step in ACTION["runs"]["steps"] if step.get("name") == "Check"]
    done = run(
        script,
        tmp_path,
        FOLDER=str(folder),
        OUTPUT="out",
        ARGUMENTS="",
        GITHUB_STEP_SUMMARY=str(tmp_path / "step"),
    )
    assert done.returncode == 2
    assert "t.yaml:4" in done.stderr


@pytest.mark.parametrize(("then", "code"), [("a * b = b * a", 0), ("a * b = a + b", 1)])
def test_the_hook_checks_what_needs_no_lean(tmp_path: Path, then: str, code: int) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    folder = project(tmp_path / "project", then)
    done = run(hook["entry"], folder)
    assert done.returncode == code, done.stderr
    assert not hook["pass_filenames"]
    assert re.search(hook["files"], "specs/t.yaml")
    assert not re.search(hook["files"], "README.md")


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_foreign_actions_are_pinned_and_inputs_are_never_pasted_into_scripts(file: Path) -> None:
    text = file.read_text("utf-8")
    for used in re.findall(r"uses: *(\S+)", text):
        assert re.search(r"@[0-9a-f]{40}$", used), used
    data = yaml.safe_load(text)
    jobs = [data["runs"]] if "runs" in data else data["jobs"].values()
    scripts = [step["run"] for job in jobs for step in job["steps"] if "run" in step]
    assert scripts
    assert not [script for script in scripts if "${{" in script]


def test_the_image_starts_the_command() -> None:
    lines = (ROOT / "Dockerfile").read_text("utf-8").splitlines()
    (entry,) = [line for line in lines if line.startswith("ENTRYPOINT")]
    (command,) = [line for line in lines if line.startswith("CMD")]
    words = [*yaml.safe_load(entry.split(maxsplit=1)[1]), *yaml.safe_load(command.split()[1])]
    done = subprocess.run(
        [BIN / words[0], *words[1:], "--help"], capture_output=True, text=True, check=True
    )
    assert "every leg" in done.stdout
    for line in lines:
        if line.startswith("COPY"):
            assert all((ROOT / name).exists() for name in shlex.split(line)[1:-1])


@pytest.mark.parametrize("needs_lake", [True, False])
def test_init_writes_a_workflow_into_a_repository_and_over_none(
    tmp_path: Path, needs_lake: bool
) -> None:
    file = tmp_path / ".github/workflows/harness.yml"
    _workflow(tmp_path, tmp_path / "my lean", "specs", needs_lake=needs_lake)
    assert not file.exists()
    (tmp_path / ".git").mkdir()
    _workflow(tmp_path, tmp_path / "my lean", "specs", needs_lake=needs_lake)
    steps = yaml.safe_load(file.read_text("utf-8"))["jobs"]["check"]["steps"]
    folders = [step["with"]["lake-package-directory"] for step in steps if "lean" in str(step)
               and "lake-package-directory" in step.get("with", {})]  # fmt: skip
    assert folders == (["my lean"] if needs_lake else [])
    scripts = [step["run"] for step in steps if "run" in step]
    # A name that is on no index yet is never asked of one: somebody else may have taken it.
    [install] = [script for script in scripts if "pip install" in script]
    assert "] @ $HARNESS" in install
    for script in (script for script in scripts if "lock" in script):
        assert run(script, tmp_path).returncode == 0
    file.write_text("mine", "utf-8")
    _workflow(tmp_path, tmp_path, "specs", needs_lake=needs_lake)
    assert file.read_text("utf-8") == "mine"

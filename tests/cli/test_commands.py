"""The commands as a user meets them: what is there, what it prints, and how it ends."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from harness.cli import COMMANDS, main
from harness.lean.embedded import install

ROOT = Path(__file__).parents[2]
NAMES = [name for section in COMMANDS.values() for name in section]


def harness(*arguments: str, project: Path = ROOT) -> Result:
    return CliRunner().invoke(main, ["-C", str(project), *arguments])


@pytest.mark.parametrize("name", NAMES)
def test_every_command_explains_itself(name: str) -> None:
    done = harness(name, "--help")
    assert done.exit_code == 0, done.output
    assert len(done.output.splitlines()) > 4


def test_help_names_every_command() -> None:
    done = harness("--help")
    words = done.output.split()
    assert not [name for name in NAMES if name not in words]


def test_a_file_is_named_from_here_or_from_the_projects_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    isometry = ROOT / "tests" / "fixtures" / "isometry"
    monkeypatch.chdir(tmp_path)
    for command in (["explain"], ["check", "--no-cache", "--leg", "symbolic"]):
        done = harness(*command, "specs/flip_compose.yaml", project=isometry)
        assert done.exit_code == 0, done.output
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "flip_compose.yaml").write_text("theorem: flip_compose\n")
    done = harness("explain", "specs/flip_compose.yaml", project=isometry)
    assert done.exit_code == 2  # the file that lies here is no file of the project
    assert "no claim is about this" in done.output


@pytest.mark.parametrize("kind", ["claim", "definitions", "toggles", "report"])
def test_schemas_are_schemas(kind: str) -> None:
    done = harness("schema", kind)
    Draft202012Validator.check_schema(json.loads(done.output))


def test_schema_without_a_kind_lists_the_kinds() -> None:
    listed = {line.split()[0] for line in harness("schema").output.splitlines()}
    assert {"claim", "definitions", "toggles", "report"} <= listed
    done = harness("schema", "clam")
    assert done.exit_code == 2
    assert all(kind in done.output for kind in listed)


def test_doctor_names_what_is_installed_and_says_how_to_get_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("harness.lean.embedded.install.is_undamaged", lambda place: True)
    done = harness("doctor")
    assert done.exit_code == 0, done.output
    assert "numpy" in done.output
    specs = {path.name for path in (ROOT / "specs").glob("*.yaml")}
    assert f"{len(specs - {'definitions.yaml', 'lock.yaml'})} claims" in done.output
    for line in done.output.splitlines():
        if line.startswith("– optional"):
            assert "pip install" in line


def test_doctor_sees_a_damaged_toolchain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file more, less or changed; and it says what to do."""
    (tmp_path / "lib" / "lean").mkdir(parents=True)
    for name in ("lean.wasm", "lib/lean/Init.olean", "lib/lean/Std.olean"):
        (tmp_path / name).write_text(name)
    whole = install.library_digest(tmp_path)
    monkeypatch.setattr(install, "LIBRARY_SHA256", whole)
    monkeypatch.setattr(install, "installed", lambda: tmp_path)
    assert f"✓ embedded Lean in {tmp_path}" in harness("doctor").output
    init = tmp_path / "lib" / "lean" / "Init.olean"
    for damage in (
        lambda: init.write_text("lib/lean/Init.oleaN"),
        init.unlink,
        lambda: (init.write_text("lib/lean/Init.olean"), (init.parent / "More.olean").touch()),
    ):
        damage()
        done = harness("doctor")
        assert done.exit_code == 3, done.output
        assert f"embedded Lean in {tmp_path} is damaged: remove that folder" in done.output


@pytest.mark.lean
def test_the_installed_toolchain_is_the_pinned_one() -> None:
    place = install.installed()
    if place is None:
        pytest.skip("no embedded Lean was needed here")
    assert install.is_undamaged(place)


def test_doctor_finds_bad_input(tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "definitions.yaml").write_text("namespace: [")
    done = harness("doctor", project=tmp_path)
    assert done.exit_code == 2
    assert "specs/definitions.yaml:1:13: " in done.output
    assert "libraries: " in done.output


def test_doctor_knows_what_to_do_with_a_lean_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.lean.embedded.install.is_undamaged", lambda place: True)
    (tmp_path / "lakefile.toml").write_text('name = "here"\n')
    done = harness("doctor", project=tmp_path)
    assert "`harness init` sets up the Lean package that lies here" in done.output


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_come_for_each_shell(shell: str) -> None:
    done = harness("completion", shell)
    assert done.exit_code == 0
    assert "_HARNESS_COMPLETE" in done.output


def completions(*words: str) -> list[str]:
    line = " ".join(["harness", *words])
    done = subprocess.run(
        [sys.executable, "-c", "from harness.cli import main; main(prog_name='harness')"],
        env={
            "_HARNESS_COMPLETE": "bash_complete",
            "COMP_WORDS": line,
            "COMP_CWORD": str(len(words)),
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return [found.split(",", 1)[1] for found in done.stdout.split()]


def test_completion_knows_commands_theorems_and_kinds() -> None:
    assert completions("exp") == ["explain", "export"]
    assert completions("explain", "scores_invariant_of_o") == ["scores_invariant_of_orthogonal"]
    named = sorted(path.stem for path in (ROOT / "specs").glob("rope*.yaml"))
    assert completions("sketch", "rope") == named
    assert completions("schema", "t") == ["toggles"]
    assert completions("-C", str(ROOT / "tests"), "explain", "scores_") != []


def test_completion_is_silent_where_there_is_no_project() -> None:
    assert completions("-C", "/", "explain", "sc") == []


def test_new_refuses_to_overwrite_before_it_asks_lean() -> None:
    theorem = "scores_invariant_of_orthogonal"
    before = (ROOT / "specs" / f"{theorem}.yaml").read_bytes()
    done = harness("new", theorem)
    assert done.exit_code == 2
    assert "--force" in done.output
    assert (ROOT / "specs" / f"{theorem}.yaml").read_bytes() == before


def test_new_knows_that_another_file_claims_the_theorem(tmp_path: Path) -> None:
    done = harness("new", "scores_invariant_of_orthogonal", "--output", str(tmp_path / "x.yaml"))
    assert done.exit_code == 2
    assert "already claimed" in done.output
    assert not (tmp_path / "x.yaml").exists()


@pytest.mark.parametrize("name", ["", "a b", "../x", "a.", "theorem;", "x/y"])
def test_new_takes_names_of_theorems_alone(name: str) -> None:
    done = harness("new", "--", name)
    assert done.exit_code == 2
    assert "expected the name of a Lean theorem" in done.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["chekc"], "There is no command 'chekc'. Did you mean check?"),
        (
            ["explain", "scores_invariant_of_ortogonal"],
            "did you mean scores_invariant_of_orthogonal?",
        ),
        (["explain", "softmaks"], "did you mean softmax?"),
        (["check", "scores_invariant"], "did you mean scores_invariant_of_orthogonal?"),
        (["cost", "softmax"], "softmax: expected a theorem; this is a definition"),
    ],
)
def test_who_mistypes_is_told_what_may_be_meant(arguments: list[str], says: str) -> None:
    done = harness(*arguments)
    assert done.exit_code == 2
    assert says in done.output
    assert ":1:1:" not in done.output


def test_help_in_a_pipe_cuts_no_sentence() -> None:
    _, commands = harness("--help").output.split("Check:")
    assert "..." not in commands


def test_theorems_and_files_are_named_alike() -> None:
    name = "scores_invariant_of_orthogonal"
    file = str(ROOT / "specs" / f"{name}.yaml")
    for command in (["explain"], ["sketch"], ["list"]):
        by_name, by_file = (harness(*command, each) for each in (name, file))
        assert by_name.exit_code == by_file.exit_code == 0, by_name.output
        assert by_name.output == by_file.output
        assert name in by_name.output
    checker = ROOT / "specs" / "toggles" / "wrapped_foldability_checker.yaml"
    done = harness("ablate", str(checker), "--off", "nothing")
    assert "--off nothing: there is no such toggle" in done.output


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_theorem_whose_name_ends_in_a_prime_is_found(tmp_path: Path, quote: str) -> None:
    shutil.copytree(ROOT / "tests" / "fixtures" / "isometry", tmp_path, dirs_exist_ok=True)
    [path, *_] = sorted((tmp_path / "specs").glob("*_*.yaml"))
    name = f"{path.stem}'"
    text = path.read_text("utf-8")
    changed = text.replace(f"theorem: {path.stem}\n", f"theorem: {quote}{name}{quote}  # so\n")
    assert changed != text
    path.write_text(changed, "utf-8")
    done = harness("list", name, project=tmp_path)
    assert done.exit_code == 0, done.output
    assert name in done.output


def test_commands_that_answer_answer_as_json() -> None:
    name = "folded_qkvo_attention_block_invariant_of_commutes"
    explained = json.loads(harness("explain", name, "--json").stdout)
    assert explained["assume"]["orthogonal"] == "Rᵀ @ R = 1"
    assert explained["for"]["R"] == "matrix(d, d)"
    assert r"\Theta" in explained["latex"]["commutes"]
    assert json.loads(harness("explain", "softmax", "--json").stdout)["definition"] == "softmax"
    [listed] = [c for c in json.loads(harness("list", "--json").stdout) if c["theorem"] == name]
    assert listed["file"] == f"specs/{name}.yaml"
    counted = json.loads(harness("cost", name, "--json").stdout)
    assert counted["is_free"] is True
    assert set(counted["changed"]) >= {"Wq", "Wk", "Wv", "Wo"}
    proved = json.loads(harness("sketch", "scores_invariant_of_orthogonal", "--json").stdout)
    assert proved["is_proved"] is True
    assert json.loads(harness("doctor", "--json").stdout)["found"]


def test_every_command_that_answers_does_so_as_json() -> None:
    silent = [name for name in NAMES if "--json" not in harness(name, "--help").output]
    assert silent == ["schema", "completion"]
    # One of the many files that these write; - in its place is standard output.
    named = [name for name in NAMES if "--json FILE" in harness(name, "--help").output]
    assert named == ["check", "report"]


def test_a_check_prints_its_json_alone(tmp_path: Path) -> None:
    isometry = ROOT / "tests" / "fixtures" / "isometry"
    ask = ("check", "--no-cache", "--leg", "symbolic", "flip_compose", "--json")
    written = tmp_path / "report.json"
    done = harness(*ask, str(written), project=isometry)
    assert "1 claim: 1 confirmed" in done.stdout
    done = harness(*ask, "-", project=isometry)
    assert done.exit_code == 0
    assert json.loads(done.stdout).keys() == json.loads(written.read_text("utf-8")).keys()
    assert "1 claim: 1 confirmed" in done.stderr
    assert not (Path.cwd() / "-").exists()
    done = harness(*ask, "-", "--html", "-", project=isometry)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "two reports cannot be one file" in done.stderr


def test_one_combination_is_not_asked_for_as_json() -> None:
    done = harness("ablate", "ropeScores_invariant_of_commutes", "--off", "orthogonal", "--json")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "--json, which has every combination" in done.stderr


def test_a_horizon_as_json(tmp_path: Path) -> None:
    """Of the rotation by a quarter turn in one pair, which commutes with RoPE everywhere."""
    import numpy as np

    turn = np.eye(4)
    turn[:2, :2] = [[0, -1], [1, 0]]
    np.save(tmp_path / "R.npy", turn)
    options = ["--layout", "interleaved", "--until", "100", "--json"]
    done = harness("horizon", str(tmp_path / "R.npy"), *options)
    [head] = json.loads(done.stdout)["heads"]
    assert (done.exit_code, head["first"], head["within"]) == (0, None, 100)
    assert head["errors"][-1]["distance"] == 100
    assert head["fits_other_layout"] is False


def test_a_horizon_in_the_wrong_layout_names_the_right_one(tmp_path: Path) -> None:
    """The quarter turn of coordinates 0 and 2, a pair of the half-split layout alone."""
    import numpy as np

    turn = np.eye(4)
    turn[np.ix_([0, 2], [0, 2])] = [[0, -1], [1, 0]]
    np.save(tmp_path / "R.npy", turn)
    options = [str(tmp_path / "R.npy"), "--layout", "interleaved", "--until", "100"]
    done = harness("horizon", *options)
    last = "with --layout half-split: within 1e-06 at each up to 100"
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (1, last)
    [head] = json.loads(harness("horizon", *options, "--json").stdout)["heads"]
    assert head["fits_other_layout"] is True
    np.save(tmp_path / "R.npy", np.linalg.qr(np.arange(16.0).reshape(4, 4) ** 2 + turn)[0])
    assert "--layout" not in harness("horizon", *options).stdout

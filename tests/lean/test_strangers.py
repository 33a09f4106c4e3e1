"""A package that nobody wrote for the harness, from `harness init` to its verdicts."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.cli import main

pytestmark = pytest.mark.lean

PACKAGE = Path(__file__).parent / "strangers"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("strangers") / "project"
    shutil.copytree(PACKAGE, root)
    return root


@pytest.fixture(scope="module")
def said(root: Path) -> str:
    done = CliRunner().invoke(main, ["-C", str(root), "init", "--toolchain", "embedded"])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture(scope="module")
def found(root: Path, said: str) -> dict[tuple[str, str], set[str]]:
    """The outcomes of every subject in every leg."""
    evidence = root / "evidence.json"
    options = ["--toolchain", "embedded", "--json", str(evidence)]
    CliRunner().invoke(main, ["-C", str(root), "check", *options])
    data = json.loads(evidence.read_text("utf-8"))
    outcomes: dict[tuple[str, str], set[str]] = {}
    for subject in (*data["claims"], *data["definitions"]):
        name = subject["name"]
        for result in subject["legs"]:
            outcomes[name, result["leg"]] = {check["outcome"] for check in result["checks"]}
    return outcomes


def test_the_kernel_finds_operators_and_the_rest_is_drafted(root: Path, said: str) -> None:
    definitions = (root / "specs" / "definitions.yaml").read_text("utf-8")
    assert "\n  sum: sum\n  dot: dot\n  transpose: transpose\n" in definitions
    assert "\n  vector: Signs.Vect n α\n" in definitions
    assert "\n  matmul: (Signs.times)\n" in definitions
    assert "\n  scale_vector: fun c u => c * u\n" in definitions
    assert "\n  negate_vector: " not in definitions
    assert "\n    lean: _root_.Wörter.Affine.apply\n" in definitions
    assert "is: u[i] + u[i]" in definitions
    assert "is: (x + y) / (1 + 1)" in definitions
    drafted = {path.stem for path in (root / "specs").glob("*.yaml")} - {"definitions"}
    assert drafted == {
        *("dot_comm", "twice_comm", "transpose_transpose", "twiceAt_eq", "sub_of_eq"),
        *("mean_comm", "area_eq", *UNIVERSES, *SIGNS),
    }
    assert "scalars: integers" in (root / "specs" / "sub_of_eq.yaml").read_text("utf-8")
    assert "not drafted: _root_.Wörter.«apply zero»: a specification cannot name it" in said
    assert "not drafted: _root_.Wörter.total_nil: its conclusion: " in said
    assert "not drafted: _root_.Wörter.one_product: it has no text in the language: " in said
    assert "left out: inst" not in said


UNIVERSES = {
    "through_comm": "types that lie in one universe",
    "either_comm": "",
    "sort_comm": "",
    "int_comm": "types that lie in `Type`",
    "high_comm": (
        "scalars that lie in `Type` and of types that lie in `Type 1` "
        "and of types that lie in `Type (u + 1)`"
    ),
    "larger_comm": "scalars that lie in `Type (max u v)`",
}
"""Theorems about types in universes of their own, and of which alone they are true."""

SIGNS = (
    *("Signs.add_comm", "Signs.grid_comm", "Signs.moved_eq"),
    *(f"_root_.Wörter.{name}" for name in ("apply_one'", "doubled", "product")),
)
"""Theorems whose signs are instances, and of another namespace."""

THEOREMS = ("dot_comm", "twice_comm", "transpose_transpose", "twiceAt_eq", "sub_of_eq", "mean_comm")


@pytest.mark.parametrize("theorem", THEOREMS)
@pytest.mark.parametrize("leg", ["proof", "mirror", "symbolic", "numeric", "execution"])
def test_what_is_true_is_confirmed(
    theorem: str, leg: str, found: dict[tuple[str, str], set[str]]
) -> None:
    assert found[theorem, leg] <= {"confirmed", "not applicable"}
    assert "confirmed" in found[theorem, leg]


@pytest.mark.parametrize("theorem", SIGNS)
@pytest.mark.parametrize("leg", ["proof", "mirror", "execution"])
def test_signs_are_what_their_instances_say(
    theorem: str, leg: str, found: dict[tuple[str, str], set[str]]
) -> None:
    assert found[theorem, leg] <= {"confirmed", "not applicable"}
    assert "confirmed" in found[theorem, leg]


@pytest.mark.parametrize("theorem", UNIVERSES)
@pytest.mark.parametrize("leg", ["proof", "mirror", "symbolic"])
def test_whatever_universes_an_author_chose_it_is_confirmed(
    theorem: str, leg: str, found: dict[tuple[str, str], set[str]]
) -> None:
    assert found[theorem, leg] <= {"confirmed", "not applicable"}
    assert "confirmed" in found[theorem, leg]


@pytest.mark.parametrize("theorem", UNIVERSES)
def test_what_is_true_of_some_universes_counts_for_no_others(
    theorem: str, root: Path, found: dict[tuple[str, str], set[str]]
) -> None:
    data = json.loads((root / "evidence.json").read_text("utf-8"))
    [own] = [claim for claim in data["claims"] if claim["name"] == theorem]
    [said] = [
        check["summary"]
        for leg in own["legs"]
        if leg["leg"] == "mirror"
        for check in leg["checks"]
        if check["check"] == "definitional equality"
    ]
    assert UNIVERSES[theorem] in said
    assert bool(UNIVERSES[theorem]) == (" that lie in " in said)


def test_of_doubles_nobody_knows_laws_and_lean_runs_them(
    found: dict[tuple[str, str], set[str]],
) -> None:
    assert found["area_eq", "symbolic"] == {"not applicable"}
    assert found["area_eq", "numeric"] == {"not applicable"}
    assert "confirmed" in found["area_eq", "proof"] & found["area_eq", "mirror"]
    assert found["area", "execution"] == {"confirmed"}


def test_a_definition_that_is_another_is_refuted(root: Path, said: str) -> None:
    """Whatever a constant takes, what it says is compared."""
    file = root / "specs" / "definitions.yaml"
    kept = file.read_text("utf-8")
    file.write_text(kept.replace("is: u[i] + u[i]", "is: u[i] + u[i] + u[i]"), "utf-8")
    try:
        done = CliRunner().invoke(
            main, ["-C", str(root), "check", "--toolchain", "embedded", "--leg", "mirror"]
        )
    finally:
        file.write_text(kept, "utf-8")
    assert done.exit_code == 1
    assert "Styles.twiceAt is defined otherwise in Lean" in " ".join(done.output.split())


def test_a_term_that_means_something_else_is_refuted(root: Path, said: str) -> None:
    """A sign is what the package's instance makes of it, and that is compared."""
    output, code = _checked(root, "scale_vector: fun c u => c * u", "scale_vector: fun c u => u")
    assert code == 1
    assert "Signs.moved_eq ✗ refuted" in output


def test_a_term_that_lean_refuses_is_bad_input_at_its_place(root: Path, said: str) -> None:
    output, code = _checked(root, "add_vector: fun u v => u + v", "add_vector: fun u v => u ⬝ v")
    assert code == 2
    lines = (root / "specs" / "definitions.yaml").read_text("utf-8").splitlines()
    line = lines.index("  add_vector: fun u v => u + v") + 1
    assert f"specs/definitions.yaml:{line}:" in output
    assert "Lean does not take this term: " in output


def _checked(root: Path, old: str, new: str) -> tuple[str, int]:
    """What the mirror says, and the exit code, with one operator said in another way.

    Of the specifications there is one alone, which is about both.
    """
    file = root / "specs" / "definitions.yaml"
    spec = root / "specs" / "Signs.moved_eq.yaml"
    kept = file.read_text("utf-8")
    assert old in kept
    file.write_text(kept.replace(old, new), "utf-8")
    try:
        options = ["--toolchain", "embedded", "--leg", "mirror"]
        done = CliRunner().invoke(main, ["-C", str(root), "check", str(spec), *options])
    finally:
        file.write_text(kept, "utf-8")
    return " ".join(done.output.split()), done.exit_code

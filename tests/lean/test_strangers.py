"""A package that nobody wrote for the harness, from `harness init` to its verdicts."""

from __future__ import annotations

import pytest

from tests.lean.drafted import Drafted, drafted

pytestmark = pytest.mark.lean


LEGS = ("proof", "mirror", "symbolic", "numeric", "execution")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Drafted:
    return drafted(tmp_path_factory.mktemp("strangers"), "strangers", legs=LEGS)


def test_the_kernel_finds_operators_and_the_rest_is_drafted(package: Drafted) -> None:
    said = package.said
    definitions = (package.root / "specs" / "definitions.yaml").read_text("utf-8")
    assert "\n  sum: sum\n  dot: dot\n  transpose: transpose\n" in definitions
    assert "\n  vector: Signs.Vect n α\n" in definitions
    assert "\n  matmul: (Signs.times)\n" in definitions
    assert "\n  scale_vector: fun c u => c * u\n" in definitions
    assert "\n  negate_vector: " not in definitions
    assert "\n    lean: _root_.Wörter.Affine.apply\n" in definitions
    assert "is: u[i] + u[i]" in definitions
    assert "is: (x + y) / (1 + 1)" in definitions
    assert package.specifications == {
        *("dot_comm", "twice_comm", "transpose_transpose", "twiceAt_eq", "sub_of_eq"),
        *("mean_comm", "area_eq", *UNIVERSES, *SIGNS),
    }
    assert "scalars: integers" in (package.root / "specs" / "sub_of_eq.yaml").read_text("utf-8")
    assert "not drafted: _root_.Wörter.«apply zero»: a specification cannot name it" in said
    assert "not drafted: _root_.Wörter.total_nil: its conclusion: " in said
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
    *(f"_root_.Wörter.{name}" for name in ("apply_one'", "doubled", "one_product", "product")),
)
"""Theorems whose signs are instances, and of another namespace."""

THEOREMS = ("dot_comm", "twice_comm", "transpose_transpose", "twiceAt_eq", "sub_of_eq", "mean_comm")


@pytest.mark.parametrize("theorem", THEOREMS)
@pytest.mark.parametrize("leg", LEGS)
def test_what_is_true_is_confirmed(theorem: str, leg: str, package: Drafted) -> None:
    outcomes = package.outcomes(theorem, leg)
    assert outcomes <= {"confirmed", "not applicable"}
    assert "confirmed" in outcomes


@pytest.mark.parametrize("theorem", SIGNS)
@pytest.mark.parametrize("leg", ["proof", "mirror", "execution"])
def test_signs_are_what_their_instances_say(theorem: str, leg: str, package: Drafted) -> None:
    outcomes = package.outcomes(theorem, leg)
    assert outcomes <= {"confirmed", "not applicable"}
    assert "confirmed" in outcomes


@pytest.mark.parametrize("theorem", UNIVERSES)
@pytest.mark.parametrize("leg", ["proof", "mirror", "symbolic"])
def test_whatever_universes_an_author_chose_it_is_confirmed(
    theorem: str, leg: str, package: Drafted
) -> None:
    outcomes = package.outcomes(theorem, leg)
    assert outcomes <= {"confirmed", "not applicable"}
    assert "confirmed" in outcomes


@pytest.mark.parametrize("theorem", UNIVERSES)
def test_what_is_true_of_some_universes_counts_for_no_others(
    theorem: str, package: Drafted
) -> None:
    checks = package.subjects[theorem]["mirror"]
    [said] = [c["summary"] for c in checks if c["check"] == "definitional equality"]
    assert UNIVERSES[theorem] in said
    assert bool(UNIVERSES[theorem]) == (" that lie in " in said)


def test_of_doubles_nobody_knows_laws_and_lean_runs_them(package: Drafted) -> None:
    assert package.outcomes("area_eq", "symbolic") == {"not applicable"}
    assert package.outcomes("area_eq", "numeric") == {"not applicable"}
    proved, mirrored = (package.outcomes("area_eq", leg) for leg in ("proof", "mirror"))
    assert "confirmed" in proved & mirrored
    assert package.outcomes("area", "execution") == {"confirmed"}


def test_definitions_and_terms_that_are_others_are_refuted(package: Drafted) -> None:
    """Whatever a constant takes, what it says is compared; and a sign is what the package's
    instance makes of it. Each is about something that the other does not reach."""
    output, code = package.with_changes(
        [
            ("definitions.yaml", "is: u[i] + u[i]", "is: u[i] + u[i] + u[i]"),
            ("definitions.yaml", "scale_vector: fun c u => c * u", "scale_vector: fun c u => u"),
        ]
    )
    assert code == 1
    assert "Styles.twiceAt is defined otherwise in Lean" in output
    assert "Signs.moved_eq ✗ refuted" in output


def test_a_term_that_lean_refuses_is_bad_input_at_its_place(package: Drafted) -> None:
    output, code = package.with_changes(
        [("definitions.yaml", "add_vector: fun u v => u + v", "add_vector: fun u v => u ⬝ v")],
        str(package.root / "specs" / "Signs.moved_eq.yaml"),
    )
    assert code == 2
    lines = (package.root / "specs" / "definitions.yaml").read_text("utf-8").splitlines()
    line = lines.index("  add_vector: fun u v => u + v") + 1
    assert f"specs/definitions.yaml:{line}:" in output
    assert "Lean does not take this term: " in output

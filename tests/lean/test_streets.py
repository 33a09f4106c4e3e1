"""Packages in the styles of public repositories, a section or a namespace of one package each.

Nothing in them is false; so nothing may be refuted, and of what cannot be said the reason is told.
"""

from __future__ import annotations

import pytest
import yaml

from tests.lean.drafted import Drafted, drafted

pytestmark = [pytest.mark.lean, pytest.mark.slow]

DRAFTED = {
    "Folded": "dot_comm mulVec_eq total_zero",
    "Sections": "sum2_comm' squares_eq shifted_eq sum2_congr sum2_self scores_eq "
    "attend_congr named_eq",
    "Shapes": "vadd_comm smul_vadd tr_tr IsSymmetric.flip symm_apply",
    "Scalars": (
        "affine_zero apply2_id sub_sub div_self neg_neg' half_double twice_eq twice_add three_mul "
        "clip_nonneg clip_clip square_eq and_both.left and_both.right iff_zero.mp iff_zero.mpr "
        "exists_zero.witness"
    ),
    "Orders": (
        "scale_scale average_comm residual_congr row_tr outer_apply mapped_id two_mul "
        "one_of_eq flip_flip hadamard_comm sq_eq"
    ),
}
LACKING = {
    "Folded.total_succ": "Fin.castSucc: the claim language has no index but",
    "Sections.both_true": "Sections.both was left out: Bool is no type",
    "Shapes.Grid.tr_tr": "A: Shapes.Grid α m n is no type of the claim language",
    "Shapes.lsum_cons": "xs: List Int is no type of the claim language",
    "Shapes.pairs_eq": "f: Prod (Fin m) (Fin n) is no type of the claim language",
    "Shapes.vsum_congr": "v: Vector Int n is no type of the claim language",
    "Scalars.nat_sub": "the laws of Nat are not those of numbers for 'subtract'",
    "Orders.pointwise_comm": "[Inhabited α]: an instance that the language cannot ask for",
    "Orders.assoc": "[Std.Associative R (fun ",
    "Orders.residual_zero": "an equation between functions",
    "Orders.zeros_apply": "takes an entry of a vector or matrix, found scalar",
    "Orders.noncomm": "no instance of a known class",
}

VACUOUS = {"Sections.squares_eq", "Orders.row_tr", "Orders.mapped_id", "Orders.one_of_eq"}
"""What says nothing once definitions are unfolded."""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Drafted:
    return drafted(tmp_path_factory.mktemp("streets"), "streets")


def test_what_can_be_said_is_drafted_and_of_the_rest_it_is_told_why(package: Drafted) -> None:
    said = package.said
    wanted = {f"{s}.{name}" for s, names in DRAFTED.items() for name in names.split()}
    assert package.specifications == wanted
    for theorem, reason in LACKING.items():
        assert reason in package.reason(theorem)
    assert "left out: first: it is recursive or opaque" in said
    assert "if it is the operator sum, prove what it is (`bridges`)" in said


def test_definitions_read_as_people_would_write_them(package: Drafted) -> None:
    assert package.said
    data = yaml.safe_load((package.root / "specs" / "definitions.yaml").read_text("utf-8"))
    assert data["bridges"] == {"sum": ["Folded.total_zero", "Folded.total_succ"]}
    assert data["primitives"]["sum"] == "Folded.total"
    assert data["primitives"]["dot"] == "Folded.dot"
    said_of = {name: entry["is"] for name, entry in data["definitions"].items()}
    assert said_of["scores"] == "[i ↦ dot(q, K(i))]"
    assert said_of["residual"] == "[i ↦ x[i] + f(x)[i]]"
    assert said_of["attend"] == "[j ↦ Σ i, weights(scores(q, K))[i] * V[i, j]]"
    # A private helper is read through.
    assert said_of["squares"] == "[i ↦ u[i] * u[i]]"


def test_nothing_true_is_refuted(package: Drafted) -> None:
    assert not package.against


@pytest.mark.parametrize("leg", ["proof", "mirror"])
def test_all_that_was_drafted_is_proved_and_says_what_lean_has(leg: str, package: Drafted) -> None:
    for space, names in DRAFTED.items():
        for name in names.split():
            checks = package.subjects[f"{space}.{name}"][leg]
            outcomes = {check["outcome"] for check in checks if check["check"] != "lock"}
            assert outcomes == {"confirmed"}, (space, name, checks)


def test_what_says_nothing_is_called_vacuous(package: Drafted) -> None:
    vacuous = {
        name
        for name, legs in package.subjects.items()
        for check in legs.get("necessity", ())
        if check["summary"].startswith("Vacuous.")
    }
    assert vacuous == VACUOUS

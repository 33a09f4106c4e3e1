"""Hypotheses are known by their form, whatever their variables are called."""

import random
from fractions import Fraction
from pathlib import Path

import pytest

from harness.claims.forms import (
    Commutes,
    CommutesWithItself,
    Conjugate,
    Defined,
    Inverse,
    Orthogonal,
    UnitSquares,
    recognise,
)
from harness.claims.hypotheses import Unmet, assign
from harness.evidence import Outcome
from harness.instances.models import Models
from harness.numeric.leg import check as numeric
from tests.arrays.language import LIBRARY, claim_of

DECLARED = """
for:
  n, d, e, h: dimension
  P: type
  Y: matrix(d, d)
  Z: matrix(d, d)
  X: matrix(e, d)
  G: P -> matrix(d, d)
  H: index(h) -> P -> matrix(d, d)
  J: index(h) -> matrix(d, d)
  a, b, t: scalar
  u, v: vector(n)
"""


def forms(folder: Path, hypothesis: str) -> list[object]:
    claim = claim_of(folder, f"{DECLARED}assume:\n  it: {hypothesis}\nthen: a = a\n")
    return list(recognise(claim.hypotheses[0].equation, LIBRARY))


@pytest.mark.parametrize(
    ("hypothesis", "form", "owner"),
    [
        ("Yᵀ @ Y = 1", Orthogonal, "Y"),
        ("1 = Xᵀ @ X", Orthogonal, "X"),
        ("X @ Xᵀ = 1", Orthogonal, "X"),
        ("∀ k, J(k)ᵀ @ J(k) = 1", Orthogonal, "J"),
        ("∀ p, G(p) @ Y = Y @ G(p)", Commutes, "Y"),
        ("∀ p, Y @ G(p) = G(p) @ Y", Commutes, "Y"),
        ("∀ k p, H(k)(p) @ J(k) = J(k) @ H(k)(p)", Commutes, "J"),
        ("∀ k p, H(k)(p) @ Y = Y @ H(k)(p)", Commutes, "Y"),
        ("∀ p q, G(p) @ G(q) = G(q) @ G(p)", CommutesWithItself, "G"),
        ("Y @ planeLike = planeLike @ Y", None, None),
        ("a*a + b*b = 1", UnitSquares, "a"),
        ("1 = a*a + b*b + t*t", UnitSquares, "a"),
        ("∀ i, u[i]*u[i] + v[i]*v[i] = 1", UnitSquares, "u"),
        ("dot(u, u) = 1", UnitSquares, "u"),
        ("Y @ Z = 1", Inverse, "Z"),
        ("Yᵀ @ Z = 1", Inverse, "Z"),
        ("a * b = 1", Inverse, "b"),
        ("u = a * v", Defined, "u"),
        ("∀ k p, H(k)(p) = G(p)", Defined, "H"),
        ("∀ i, u[i] = v[i] * v[i]", Defined, "u"),
    ],
)
def test_forms(tmp_path: Path, hypothesis: str, form: type | None, owner: str | None) -> None:
    if form is None:
        hypothesis = "Y @ ropeVectorLess = ropeVectorLess @ Y".replace("ropeVectorLess", "(Z + 1)")
        form, owner = Commutes, "Y"
    found = forms(tmp_path, hypothesis)
    assert found
    assert any(isinstance(f, form) and f.owner.name == owner for f in found)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "hypothesis",
    [
        "Yᵀ @ Z = 1 + Y",
        "Yᵀ @ Y = Z @ Y",
        "a*a + a*b = 1",
        "a*a + a*a = 1",
        "u[i0]*u[i0] = a",
        "∀ i, u[i]*u[i] + a*a = 1",
        "dot(u, v) = a + dot(v, u)",
    ],
)
def test_other_forms_are_not_guessed(tmp_path: Path, hypothesis: str) -> None:
    if "i0" in hypothesis:
        hypothesis = "∀ i j, u[i]*v[j] = u[j]*v[i]"
    found = forms(tmp_path, hypothesis)
    assert not [f for f in found if not isinstance(f, Inverse)]


def test_transposes_both_sides_are_one_claim_about_rows(tmp_path: Path) -> None:
    [rows] = [f for f in forms(tmp_path, "X @ Xᵀ = 1") if isinstance(f, Orthogonal)]
    [columns] = [f for f in forms(tmp_path, "Xᵀ @ X = 1") if isinstance(f, Orthogonal)]
    assert rows.rows
    assert not columns.rows


def test_what_is_orthogonal_is_drawn_after_what_it_commutes_with(tmp_path: Path) -> None:
    for first in ("commutes", "orthogonal"):
        lines = {"commutes": "∀ p, G(p) @ Y = Y @ G(p)", "orthogonal": "Yᵀ @ Y = 1"}
        ordered = sorted(lines, key=lambda name: name != first)
        text = "".join(f"  {name}: {lines[name]}\n" for name in ordered)
        claim = claim_of(tmp_path, f"{DECLARED}assume:\n{text}then: a = a\n")
        found = assign(claim, LIBRARY)
        names = [p.name for p in found.order]
        assert names.index("G") < names.index("Y")
        assert set(found.structured) == {"G"}


def test_an_unknown_hypothesis_is_named(tmp_path: Path) -> None:
    claim = claim_of(tmp_path, f"{DECLARED}assume:\n  odd: Y @ Y = Z @ Y @ Z\nthen: a = a\n")
    with pytest.raises(Unmet, match=r"odd: Y @ Y = Z @ Y @ Z"):
        assign(claim, LIBRARY)


def test_hypotheses_in_a_circle_are_not_met(tmp_path: Path) -> None:
    text = f"{DECLARED}assume:\n  one: a = b + 1\n  two: b = a * t\nthen: a = a\n"
    with pytest.raises(Unmet, match="together"):
        assign(claim_of(tmp_path, text), LIBRARY)


SHARED = """
for:
  d, e, g, h: dimension
  group: index(h) -> index(g)
  R: index(g) -> matrix({rows}, d)
  A: index(h) -> matrix({rows}, {rows})
  B: index(h) -> matrix(d, d)
  v: index(h) -> vector(d)
assume:
  carried: ∀ k, A(k) @ R(group(k)) = R(group(k)) @ B(k)
then: "∀ k, A(k) @ (R(group(k)) @ v(k)) = R(group(k)) @ (B(k) @ v(k))"
"""


def test_what_a_member_of_a_group_carries_is_solved_for(tmp_path: Path) -> None:
    claim = claim_of(tmp_path, SHARED.format(rows="d"))
    [form] = recognise(claim.hypotheses[0].equation, LIBRARY)
    assert isinstance(form, Conjugate)
    assert form.owner.name == "A"
    assert {e.outcome for e in numeric(claim, LIBRARY, effort=0.02)} == {Outcome.CONFIRMED}


def test_only_what_is_square_is_inverted(tmp_path: Path) -> None:
    claim = claim_of(tmp_path, SHARED.format(rows="e"))
    assert not recognise(claim.hypotheses[0].equation, LIBRARY)


def test_points_of_circles_are_drawn_for_families(tmp_path: Path) -> None:
    """Each at a place of its own, and none of them twice the same number only."""
    text = "∀ j i, c(j)[i]*c(j)[i] + s(j)[i]*s(j)[i] = 1"
    claim = claim_of(
        tmp_path,
        "for:\n  g, n: dimension\n  c, s: index(g) -> vector(n)\n  a: scalar\n"
        f"assume:\n  unit: {text}\nthen: a = a\n",
    )
    found = list(Models(claim, LIBRARY, {"g": 2, "n": 3}, random.Random(0)).models(3))
    assert len(found) == 3
    for model in found:
        cosines, sines = (model.values[name].array for name in "cs")
        assert cosines.shape == (1, 2, 3)
        assert (cosines * cosines + sines * sines == 1).all()
        assert len(set(cosines.reshape(-1))) > 1
        assert all(isinstance(x, Fraction) for x in cosines.reshape(-1))

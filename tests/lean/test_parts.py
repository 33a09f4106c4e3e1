"""Theorems that conclude with ∧, ↔ or ∃, or that take what is made of fields: a claim for
each part, of the witness that is given, by the fields, and none left out."""

from __future__ import annotations

import pytest

from tests.lean.drafted import Drafted, drafted

pytestmark = [pytest.mark.lean, pytest.mark.slow]

PARTS = {
    "two.left": "a * b = b * a",
    "two.right": "a * (b + c) = a * b + a * c",
    "moved.mp": "a = b",
    "moved.mpr": "a + c = b + c",
    "deep.left": "b * c = a * c",
    "deep.right.mp.left": "b = c",
    "deep.right.mp.right": "c = a",
    "deep.right.mpr": "a + d = c + d",
    "squeezed.intro": "b = a",
    "widened.intro": "∀ d, s_first + d ≤ s_second + d",
    "balanced.left": "b = -a",
    "balanced.right": "a + a ≤ b + b",
    "halved.intro": "a = b + b",
    "solved.witness": "a + (b - a) = b",
    "solved_again.witness": "a + (b + b - a) = b + b",
    "parted.witness.witness.left": "c + c + b = a + b",
    "parted.witness.witness.right": "b + c + c = b + a",
    "paired.witness.left": "b + a = a + b",
    "paired.witness.right": "b - a + a = b",
    "swapped.intro": "p_fst + p_snd = p_snd + p_fst",
}
ASSUMED = {
    "moved.mp": 1,
    "moved.mpr": 1,
    "deep.right.mp.left": 2,
    "deep.right.mpr": 3,
    "balanced.left": 2,
    "halved.intro": 2,
    "parted.witness.witness.left": 1,
    "parted.witness.witness.right": 1,
}
"""How many hypotheses some have: what is made of two is two."""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Drafted:
    return drafted(tmp_path_factory.mktemp("parts"), "parts", legs=("proof", "mirror"))


def test_each_part_is_drafted(package: Drafted) -> None:
    assert package.said
    assert package.specifications == {*PARTS, "between", "Own.two.left"}
    assert "two statements in one" in package.reason("Own.two")
    assert "it says that there is something" in package.reason("hidden")
    assert "Step.grows" not in package.said  # a field is no theorem of its own
    for name, conclusion in PARTS.items():
        text = (package.root / "specs" / f"{name}.yaml").read_text("utf-8")
        assert text.endswith(f"\nthen: {conclusion}\n")
        assert text.count("\n  h") == ASSUMED.get(name, text.count("\n  h"))


@pytest.mark.parametrize("leg", ["proof", "mirror"])
def test_each_part_is_what_the_theorem_says(package: Drafted, leg: str) -> None:
    """Also where Lean takes a variable between hypotheses, which a specification does not."""
    for name in package.specifications:
        found = package.subjects[name][leg]
        assert {c["outcome"] for c in found if c["check"] != "lock"} == {"confirmed"}, found


def test_another_part_and_one_left_out_are_told(package: Drafted) -> None:
    """The sides of one theorem exchanged, a way of ↔ turned round, a hypothesis or a field dropped,
    a field or a witness that is another."""
    specs = package.root / "specs"
    kept = (specs / "deep.left.yaml").read_text("utf-8")
    (specs / "deep.left.yaml").unlink()
    assumed = (specs / "deep.right.mpr.yaml").read_text("utf-8").splitlines()
    (dropped,) = [line for line in assumed if line.endswith(": c = a")]
    try:
        changes = [
            ("two.left.yaml", PARTS["two.left"], PARTS["two.right"]),
            ("moved.mp.yaml", "h: a + c = b + c\nthen: a = b", "h: a = b\nthen: a + c = b + c"),
            ("deep.right.mpr.yaml", f"{dropped}\n", ""),
            ("squeezed.intro.yaml", "  h': b ≤ c\n", ""),
            ("widened.intro.yaml", "s_first ≤ s_second\n", "s_second ≤ s_first\n"),
            ("solved.witness.yaml", "b - a", "b - a - 0"),
            ("swapped.intro.yaml", "then: p_fst + p_snd", "then: p_snd + p_snd"),
        ]
        said, code = package.with_changes(changes)
    finally:
        (specs / "deep.left.yaml").write_text(kept, "utf-8")
    assert code == 1
    wrong = ("two.left", "moved.mp", "deep.right.mpr", "squeezed.intro")
    for name in (*wrong, "widened.intro", "swapped.intro", "solved.witness"):
        assert f"✗ {name} mirror, definitional equality: refuted" in said
    for name in ("two.right", "moved.mpr", "between", "halved.intro", "paired.witness.left"):
        assert f"✗ {name}" not in said
    assert "Parts.lean:9: deep.left" in said

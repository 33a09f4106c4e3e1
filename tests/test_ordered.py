"""Every ring or field with an order, `tests/fixtures/ordered`: what holds there, and what does not.

The package says so as people do: `[Lean.Grind.Field α] [LE α] [LT α]` and the laws of core Lean.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.claims.project import load_project
from harness.cli import main
from harness.evidence import Outcome
from harness.instances.exact import breaks
from tests.test_bounds import found, over, put

PROJECT = load_project(Path(__file__).parent / "fixtures" / "ordered")
CLAIMS = {claim.theorem: claim for claim in PROJECT.claims}


@pytest.mark.parametrize("name", CLAIMS)
def test_each_is_confirmed_by_two_engines(name: str) -> None:
    evidence = found(CLAIMS[name], PROJECT.library)
    for check in ("rational", "ground"):
        assert evidence[check].outcome is Outcome.CONFIRMED, evidence[check].summary


TWINS: Mapping[str, tuple[Mapping[str, str], ...]] = {
    "mul_nonneg": ({"without": "ha"}, {"without": "hb"}, {"then": "0 < a * b"}),
    "square_nonneg": ({"then": "0 < a * a"}, {"then": "a ≤ a * a"}),
    "dot_self_nonneg": ({"then": "dot(v, v) ≤ 0"},),
    "relu_mul": ({"without": "scale"}, {"then": "relu(c * x) = c * x"}),
    "add_le": ({"without": "less"}, {"then": "a + c < b + c"}),
    "clip_le": ({"without": "bounds"}, {"then": "clip(low, high, x) ≤ x"}),
    "part_le": ({"without": "other"}, {"positive": "c ≤ 0"}, {"then": "c * a < c * (a + b)"}),
}


@pytest.mark.parametrize(
    ("name", "number"), [(name, k) for name, twins in TWINS.items() for k in range(len(twins))]
)
def test_a_false_twin_is_refuted_by_two_engines(name: str, number: int) -> None:
    twin = put(CLAIMS[name], PROJECT.library, **TWINS[name][number])
    evidence = found(twin, PROJECT.library)
    for check in ("ground", "rational"):
        assert evidence[check].outcome is Outcome.REFUTED, evidence[check].summary
        example = evidence[check].counterexample
        assert example is not None
        assert breaks(example, twin, PROJECT.library) is not None


def test_no_field_with_an_order_is_one_modulo_a_prime() -> None:
    """Both are so of what is ordered; where 1 + 1 or 1 + 2 * 2 is 0 neither is."""
    squares = over("ordered field", "a b", "a = 0", squares="a * a + b * b = 0")
    assert Outcome.REFUTED not in {e.outcome for e in found(squares).values()}
    assert Outcome.REFUTED in {
        e.outcome for e in found(over("field", "a b", "a = 0", s="a * a + b * b = 0")).values()
    }
    twice = over("ordered ring", "a", "a + a ≠ 0", nonzero="a ≠ 0")
    assert found(twice)["rational"].outcome is Outcome.CONFIRMED


def test_not_every_order_has_gaps() -> None:
    """Whole numbers are such a ring, and what holds of these alone does not hold of all."""
    claim = over("ordered ring", "a", "1 ≤ a", positive="0 < a")
    assert found(claim)["rational"].outcome is Outcome.REFUTED
    assert found(over("integers", "a", "1 ≤ a", positive="0 < a"))["rational"].outcome is (
        Outcome.CONFIRMED
    )


CHEATS = """
namespace T
universe u
variable {α : Type u} [Lean.Grind.Field α] [LE α] [LT α] [Std.IsLinearOrder α]
  [Std.LawfulOrderLT α]

theorem fair [Lean.Grind.OrderedRing α] (a b c : α) (h : a ≤ b) : a + c ≤ b + c := by grind

/-- A law that no order has: everything is in order. -/
class All (α : Type u) [LE α] : Prop where
  all : ∀ a b : α, a ≤ b

theorem own_law [All α] (a b c : α) (h : a ≤ b) : b + c ≤ a + c := All.all _ _

/-- The order is one of another ring on the same type. -/
theorem other_ring [other : Lean.Grind.CommRing α]
    [@Lean.Grind.OrderedRing α other.toSemiring _ _ _] (a b c : α)
    (h : a ≤ b) : a + c ≤ b + c := by grind

def every (α : Type u) : LE α := ⟨fun _ _ => True⟩

theorem own_order (a b c : α) (h : a ≤ b) : @LE.le α (every α) (b + c) (a + c) := trivial

end T
"""
"""Each is a theorem of Lean's; of these specifications all but the first say something else."""

CLAIMED: Mapping[str, str] = {
    "fair": "a + c ≤ b + c",
    "own_law": "b + c ≤ a + c",
    "other_ring": "a + c ≤ b + c",
    "own_order": "b + c ≤ a + c",
}


@pytest.mark.lean
@pytest.mark.slow
def test_a_law_or_an_order_of_the_packages_own_is_another_statement(tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "T.lean").write_text(CHEATS, "utf-8")
    (tmp_path / "lakefile.toml").write_text('name = "T"\n[[lean_lib]]\nname = "T"\n', "utf-8")
    settings = '[tool.harness]\nlean = "."\nspecs = "specs"\n'
    (tmp_path / "pyproject.toml").write_text(settings, "utf-8")
    (tmp_path / "specs" / "definitions.yaml").write_text("namespace: T\ndefinitions: {}\n", "utf-8")
    for name, then in CLAIMED.items():
        text = (
            f"theorem: {name}\nsays: What is added leaves an order.\nscalars: ordered field\n"
            f"for: {{'a, b, c': scalar}}\nassume: {{h: a ≤ b}}\nthen: {then}\n"
        )
        (tmp_path / "specs" / f"{name}.yaml").write_text(text, "utf-8")
    out = tmp_path / "found.json"
    options = ["--toolchain", "embedded", "--leg", "mirror", "--json", str(out)]
    done = CliRunner().invoke(main, ["-C", str(tmp_path), "check", *options])
    assert done.exit_code == 1, done.output
    outcomes = {
        claim["name"]: leg["outcome"]
        for claim in json.loads(out.read_text("utf-8"))["claims"]
        for leg in claim["legs"]
        if leg["leg"] == "mirror"
    }
    assert outcomes == dict.fromkeys(CLAIMED, "refuted") | {"fair": "confirmed"}


@pytest.mark.lean
@pytest.mark.slow
def test_all_are_drafted_and_confirmed_by_every_leg(tmp_path: Path) -> None:
    """Written anew from Lean alone, they are what is said here, and every leg confirms them."""
    shutil.copytree(PROJECT.root / "lean", tmp_path / "lean")
    done = CliRunner().invoke(main, ["-C", str(tmp_path), "init", "--toolchain", "embedded"])
    assert done.exit_code == 0, done.output
    drafted = load_project(tmp_path)
    assert drafted.library.definitions == PROJECT.library.definitions
    said = {c.theorem: (c.scalars, c.hypotheses, c.conclusion) for c in drafted.claims}
    for name, claim in CLAIMS.items():
        kind, hypotheses, conclusion = said[name]
        assert (kind, conclusion) == (claim.scalars, claim.conclusion)
        assert [h.equation for h in hypotheses] == [h.equation for h in claim.hypotheses]
    out = tmp_path / "found.json"
    options = ["--toolchain", "embedded", "--json", str(out)]
    done = CliRunner().invoke(main, ["-C", str(tmp_path), "check", *options])
    assert done.exit_code == 0, done.output
    claims = json.loads(out.read_text("utf-8"))["claims"]
    outcomes = {(c["name"], leg["outcome"]) for c in claims for leg in c["legs"]}
    assert {o for _, o in outcomes} <= {"confirmed", "not applicable"}
    certified = {
        (claim["name"], check["check"])
        for claim in claims
        for leg in claim["legs"]
        for check in leg["checks"]
        if check["data"].get("certified")
    }
    wanted = {(n, f"without {h.name}") for n, c in CLAIMS.items() for h in c.hypotheses}
    assert wanted <= certified

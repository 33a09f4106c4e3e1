"""A challenge for comparator: a file that Lean takes, of statements that nothing proves."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from harness.claims.project import load_project
from harness.lean.challenge import NoChallenge, challenge
from harness.lean.errand import Errand, tell
from harness.lean.find import find_toolchain
from harness.lean.leg import look
from harness.lean.session import Session
from harness.lean.toolchain import Caller

pytestmark = pytest.mark.lean

KERNELS = Path(__file__).parents[1] / "fixtures" / "kernels"

DEFINITIONS = """
namespace Law
universe u v
def twice {α : Type u} [Add α] (x : α) : α := x + x
def sum {α : Type u} [OfNat α 0] [Add α] : {n : Nat} → (f : Fin n → α) → α
  | 0, _ => 0
  | n + 1, f => sum (fun i : Fin n => f i.castSucc) + f (Fin.last n)
def «two of» (P : Nat → Prop) : Prop := P 0 ∧ P 1
end Law
"""

PROOFS = """
import Law.Defs
namespace Law
universe u v
theorem twice_comm {α : Type u} [Lean.Grind.CommRing α] (x y : α) :
    twice (x + y) = twice (y + x) := by
  unfold twice; rw [Lean.Grind.Semiring.add_comm x y]
theorem of_two («two of» : Prop) (h : «two of») : Law.«two of» fun _ => «two of» := ⟨h, h⟩
theorem images {β : Type v} {α : Type u} ⦃f : α → β⦄ (n : Nat) (same : ∀ x y, f x = f y → x = y)
    (a b : Fin (n + 1) → α) (i : Fin (n + 1)) (h : f (a i) = f (b 0)) :
    (if i ≤ 0 then a i else b 0) = b 0 := by
  split
  · exact same _ _ h
  · rfl
theorem pairs (P : Sort u) (Q : Sort v) (f : (x : P) → PProd Q P) (x : P) : (f x).2 = (f x).2 := rfl
theorem «1 is 1» : (fun n : Nat => n + 1) 0 = 1 := rfl
def here : Nat := 0
theorem beside : here = 0 := rfl
end Law
"""

NAMES = ("twice_comm", "of_two", "images", "pairs", "«1 is 1»")

WRITTEN = """
run_cmd
  let out ← IO.FS.Handle.mk "answer.txt" .write
  out.putStrLn "end"
"""


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    root = tmp_path_factory.mktemp("challenge") / "project"
    (root / "specs").mkdir(parents=True)
    lean = root / "lean"
    (lean / "Law").mkdir(parents=True)
    shutil.copy(KERNELS / "lean" / "lean-toolchain", lean)
    (lean / "lakefile.toml").write_text('name = "Law"\n[[lean_lib]]\nname = "Law"\n')
    (lean / "Law.lean").write_text(PROOFS)
    (lean / "Law" / "Defs.lean").write_text(DEFINITIONS)
    (root / "pyproject.toml").write_text((KERNELS / "pyproject.toml").read_text())
    (root / "specs" / "definitions.yaml").write_text(
        "namespace: Law\nprimitives:\n  sum: sum\n"
        "definitions:\n  twice:\n    says: Twice.\n    for:\n      x: scalar\n"
        "    is: x + x\n"
    )
    (root / "specs" / "twice_comm.yaml").write_text(
        "theorem: twice_comm\nsays: Twice /- a sum -/ minds no order.\nfor:\n  x, y: scalar\n"
        "then: twice(x + y) = twice(y + x)\n"
    )
    return look(load_project(root), Caller(find_toolchain(), root / "kept"))


def test_lean_takes_the_statements(session: Session, tmp_path: Path) -> None:
    names = [f"Law.{name}" for name in NAMES]
    text, settings = challenge(session, names, "Challenge")
    told = json.loads(settings)
    assert (told["challenge_module"], told["solution_module"]) == ("Challenge", "Law")
    assert told["theorem_names"] == names
    assert told["permitted_axioms"] == ["propext", "Quot.sound", "Classical.choice"]
    assert text.splitlines()[0] == "import Law.Defs"
    assert text.count("sorry") == len(NAMES)
    program = f"import Lean\n{text}{WRITTEN}"
    errand = Errand("Written", program, {})
    caller = Caller(find_toolchain(), tmp_path)
    found = tell(errand, session.build, caller, folder="asked", what="reading a challenge")
    assert not found.complaint, (found.complaint, found.messages)
    assert not found.errors


def test_a_definition_beside_the_proof_is_refused(session: Session) -> None:
    with pytest.raises(NoChallenge, match=r"Law\.here stands in Law, which has or imports"):
        challenge(session, ["Law.beside"], "Challenge")

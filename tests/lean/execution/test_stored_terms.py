"""What is run is what Lean has stored, whatever the text of the package does to be taken for it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from harness.claims.project import load_project
from harness.evidence import Evidence, Outcome
from harness.lean.execution.leg import execute
from harness.lean.find import find_toolchain
from harness.lean.leg import look
from harness.lean.toolchain import Caller

pytestmark = pytest.mark.lean

LEAN = """\
module

@[expose] public section

namespace T

universe u

def sum {α : Type u} [OfNat α 0] [Add α] : {n : Nat} → (f : Fin n → α) → α
  | 0, _ => 0
  | n + 1, f => sum (fun i : Fin n => f i.castSucc) + f (Fin.last n)

def dot {α : Type u} [OfNat α 0] [Add α] [Mul α] {n : Nat} (u v : Fin n → α) : α :=
  sum fun i => u i * v i

def decoyed {α : Type u} [OfNat α 0] [Add α] [Mul α] {n : Nat} (u v : Fin n → α) : α :=
  dot u v

def replaced {α : Type u} [OfNat α 0] [Add α] [Mul α] {n : Nat} (u v : Fin n → α) : α :=
  dot u v

def honest {α : Type u} [OfNat α 0] [Add α] [Mul α] {n : Nat} (u v : Fin n → α) : α :=
  dot u v + dot u v

structure Two (α : Type u) where
  first : α
  second : α

inductive Chain (α : Type u) where
  | done
  | link (head : α) (rest : Chain α)

def Chain.total {α : Type u} [OfNat α 0] [Add α] : Chain α → α
  | done => 0
  | link head rest => head + rest.total

def byStructure {α : Type u} [OfNat α 0] [Add α] [Mul α] {n : Nat} (u v : Fin n → α) : α :=
  let two : Two α := ⟨dot u v, dot u v⟩
  (Chain.link two.first (Chain.link two.second .done)).total

noncomputable def chosen {α : Type u} [OfNat α 0] [Add α] [Mul α] {n : Nat}
    (u v : Fin n → α) : α :=
  @dite α True (Classical.propDecidable True) (fun _ => dot u v + dot u v) (fun _ => 0)

end T

-- More of Lean is loaded where definitions are run than this file imports.
def Lean.Json.isNull {α : Type _} [OfNat α 0] [Add α] [Mul α] {n : Nat} (u v : Fin n → α) : α :=
  T.dot u v + T.dot u v

-- Where definitions are run this takes digits, and gives 0 for none.
def HarnessRun.numeral (_ : List Char) (_ : Nat) : Nat := 1

namespace T

def runners {α : Type u} [OfNat α 0] [Add α] [Mul α] {n : Nat} (u v : Fin n → α) : α :=
  match HarnessRun.numeral [] 0 with
  | 0 => dot u v + dot u v
  | _ => 0

def namesake {α : Type u} [OfNat α 0] [Add α] [Mul α] {n : Nat} (u v : Fin n → α) : α :=
  Lean.Json.isNull u v

theorem honest_self {α : Type u} [Lean.Grind.CommRing α] {n : Nat} (u v : Fin n → α) :
    honest u v = honest u v := rfl

axiom lie : @replaced = @honest
theorem lie_csimp : @replaced = @honest := lie
attribute [local csimp] lie_csimp

local notation "dot" => honest

-- In the namespace that this file leaves open, these are the nearest of their names.
def T.decoyed {α : Type u} [OfNat α 0] [Add α] [Mul α] {n : Nat} (u v : Fin n → α) : α :=
  honest u v

namespace HarnessRun.OnRat

def T.decoyed {α : Type u} [OfNat α 0] [Add α] [Mul α] {n : Nat} (u v : Fin n → α) : α :=
  honest u v

#eval show IO Unit from do
  if ← System.FilePath.pathExists "inputs.txt" then
    let out ← IO.FS.Handle.mk "answer.txt" .write
    out.putStrLn "begin"
    out.putStrLn "end"
    IO.Process.exit 0
"""

DEFINITIONS = """\
namespace: T
scalars:
  commutative ring:
    class: Lean.Grind.CommRing
    operations:
      zero: [Lean.Grind.CommRing.toRing, Lean.Grind.Ring.toSemiring, Lean.Grind.Semiring.ofNat]
      one: [Lean.Grind.CommRing.toRing, Lean.Grind.Ring.toSemiring, Lean.Grind.Semiring.ofNat]
      add: [Lean.Grind.CommRing.toRing, Lean.Grind.Ring.toSemiring, Lean.Grind.Semiring.toAdd]
      multiply: [Lean.Grind.CommRing.toRing, Lean.Grind.Ring.toSemiring, Lean.Grind.Semiring.toMul]
      negate: [Lean.Grind.CommRing.toRing, Lean.Grind.Ring.toNeg]
      subtract: [Lean.Grind.CommRing.toRing, Lean.Grind.Ring.toSub]
primitives:
  sum: sum
  dot: dot
definitions:
"""

EXPECTED = {
    "decoyed": Outcome.REFUTED,
    "replaced": Outcome.REFUTED,
    "honest": Outcome.CONFIRMED,
    "byStructure": Outcome.CONFIRMED,
    "chosen": Outcome.NOT_RUN,
    "namesake": Outcome.NOT_RUN,
    "runners": Outcome.NOT_RUN,
}
"""Each is twice the inner product, as its specification has it; three of them are not, in Lean."""


def executed(root: Path, lean: str, names: Iterable[str]) -> list[Evidence]:
    files = {
        "pyproject.toml": '[tool.harness]\nlean = "lean"\nspecs = "specs"\n',
        "lean/T.lean": lean,
        "lean/lakefile.toml": 'name = "T"\ndefaultTargets = ["T"]\n\n[[lean_lib]]\nname = "T"\n',
        "specs/honest_self.yaml": "theorem: honest_self\nsays: It is what it is.\n"
        "for:\n  n: dimension\n  u, v: vector(n)\nthen: honest(u, v) = honest(u, v)\n",
        "specs/definitions.yaml": DEFINITIONS
        + "".join(
            f"  {name}:\n    says: Twice the inner product.\n    for:\n      n: dimension\n"
            "      u, v: vector(n)\n    is: dot(u, v) + dot(u, v)\n"
            for name in names
        ),
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    caller = Caller(find_toolchain(), root / ".cache")
    session = look(load_project(root), caller)
    assert session.build.ok, [f"{e.line}: {e.text}" for e in session.build.errors]
    return list(execute(session, caller))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Evidence]:
    return executed(tmp_path_factory.mktemp("stored"), LEAN, EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_each_definition_is_run_as_it_is_stored(found: list[Evidence], name: str) -> None:
    outcomes = {item.outcome for item in found if item.subject == name}
    assert outcomes == {EXPECTED[name]}, [item.summary for item in found if item.subject == name]


def test_evidence_says_by_which_route(found: list[Evidence]) -> None:
    routes = [item.data.get("route") for item in found if item.outcome is Outcome.CONFIRMED]
    assert routes
    assert all(isinstance(route, str) and "stored" in route for route in routes)


CASES = """\
/-! Types that have no `casesOn` of Lean's, and what is written under its name. -/

run_cmd
  for name in [`T.Lamp, `T.Switch, `T.Valve] do
    let ctors := [`off, `on].map fun c => { name := name.append c, type := .const name [] }
    let type := Lean.Declaration.inductDecl [] 0 [{ name, type := .sort 1, ctors }] false
    match (← Lean.getEnv).addDeclCore 0 type none with
    | .ok env => Lean.setEnv env
    | .error _ => throwError "it is not added"

noncomputable def Lamp.casesOn {motive : Lamp → Sort u} (t : Lamp) (off : motive Lamp.off)
    (on : motive Lamp.on) : motive t :=
  Lamp.rec off on t

noncomputable def inOrder {α : Type u} [OfNat α 0] [Add α] [Mul α] {n : Nat}
    (u v : Fin n → α) : α :=
  Lamp.casesOn (motive := fun _ => α) Lamp.on 0 (dot u v + dot u v)

/-- Lean's takes the case of `off` first, and so does its compiler. -/
noncomputable def Switch.casesOn {motive : Switch → Sort u} (t : Switch) (on : motive Switch.on)
    (off : motive Switch.off) : motive t :=
  Switch.rec off on t

noncomputable def exchanged {α : Type u} [OfNat α 0] [Add α] [Mul α] {n : Nat}
    (u v : Fin n → α) : α :=
  Switch.casesOn (motive := fun _ => α) Switch.on 0 (dot u v + dot u v)

/-- Of the type of Lean's in all but what it gives. -/
noncomputable def Valve.casesOn {motive : Type u} (t : Valve) (off on : motive) : motive :=
  Valve.rec on off t

noncomputable def simply {α : Type u} [OfNat α 0] [Add α] [Mul α] {n : Nat}
    (u v : Fin n → α) : α :=
  Valve.casesOn Valve.on 0 (dot u v + dot u v)

theorem honest_self {α : Type u} [Lean.Grind.CommRing α] {n : Nat} (u v : Fin n → α) :
    honest u v = honest u v := rfl

end T
"""


def test_a_casesOn_that_is_not_leans(tmp_path: Path) -> None:
    """The compiler knows it by its name: what it makes of cases in another order is another
    function than the kernel's, which is 0 where these would be what their specification says."""
    basic = LEAN.partition("structure Two")[0].replace(
        "module\n", "module\n\npublic meta import Lean\n", 1
    )
    names = ("inOrder", "exchanged", "simply", "honest")
    found = executed(tmp_path, basic + CASES, names)
    said = {name: {(e.outcome, e.summary) for e in found if e.subject == name} for name in names}
    for name in ("inOrder", "honest"):
        assert {outcome for outcome, _ in said[name]} == {Outcome.CONFIRMED}, said
    for name in ("exchanged", "simply"):
        assert {outcome for outcome, _ in said[name]} == {Outcome.NOT_RUN}, said
        assert any("it is not what Lean makes under this name" in text for _, text in said[name])

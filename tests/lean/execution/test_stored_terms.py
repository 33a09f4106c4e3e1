"""What is run is what Lean has stored, whatever the text of the package does to be taken for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.claims.project import load_project
from harness.evidence import Evidence, Outcome
from harness.lean.audit.comparison import Plan
from harness.lean.audit.inspection import inspect
from harness.lean.execution.leg import execute
from harness.lean.find import find_toolchain, package_for
from harness.lean.operators import with_operators
from harness.lean.session import Session
from harness.lean.toolchain import Caller

pytestmark = pytest.mark.lean

SUMS = """\
namespace T

universe u

def sum {α : Type u} [OfNat α 0] [Add α] : {n : Nat} → (f : Fin n → α) → α
  | 0, _ => 0
  | n + 1, f => sum (fun i : Fin n => f i.castSucc) + f (Fin.last n)

def dot {α : Type u} [OfNat α 0] [Add α] [Mul α] {n : Nat} (u v : Fin n → α) : α :=
  sum fun i => u i * v i
"""

LEAN = """\
module

@[expose] public section

-- sums

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


CASES = """\
module

public meta import Lean

@[expose] public noncomputable section

open Lean

-- sums

-- Types of two cases, for which Lean makes no `casesOn`.
meta def cases (t : Name) (left : Expr) : Declaration :=
  let right : Constructor := { name := .str t "right", type := mkConst t }
  let ctors := [{ name := .str t "left", type := left }, right]
  .inductDecl [] 0 [{ name := t, type := mkSort (.succ .zero), ctors }] false

@[noinline] meta def added (env : Environment) (d : Declaration) : Environment :=
  match env.addDeclCore 0 d none with
  | .ok env => env
  | .error _ => env

run_cmd
  let env ← getEnv
  let env := added env (cases `T.Turned (mkConst `T.Turned))
  let env := added env (cases `T.Chosen (mkConst `T.Chosen))
  setEnv env

-- Of another type, by which the cases can be exchanged.
def Turned.Kept (_ : Turned) : Type := Nat

def Turned.casesOn {_motive : Turned → Sort u} (t : Turned) (a : Kept .left) (b : Kept .right) :
    Kept t :=
  Turned.rec (motive := fun _ => Nat) b a t

-- Of the type that Lean gives it, and something else than the case wherever there is any.
def Chosen.casesOn {motive : Chosen → Sort u} (t : Chosen) (a : motive .left)
    (b : motive .right) : motive t :=
  @dite (motive t) (∃ y : motive t, y ≠ Chosen.rec (motive := fun t => motive t) a b t)
    (Classical.propDecidable _) (fun h => Classical.choose h)
    (fun _ => Chosen.rec (motive := fun t => motive t) a b t)

-- Lean's own.
inductive Usual where
  | left
  | right

variable {α : Type u} [OfNat α 0] [Add α] [Mul α] {n : Nat} (u v : Fin n → α)

def twiceFor (k : Nat) : α := match k with
  | 0 => dot u v + dot u v
  | _ => 0

def turned : α := twiceFor u v (Turned.casesOn (_motive := fun _ => Nat) .left (0 : Nat) (1 : Nat))
def chosen : α := twiceFor u v (Chosen.casesOn (motive := fun _ => Nat) .left 0 1)
def usual : α := twiceFor u v (match Usual.left with | .left => 0 | .right => 1)

theorem usual_self {α : Type u} [Lean.Grind.CommRing α] {n : Nat} (u v : Fin n → α) :
    usual u v = usual u v := rfl

end T
"""

OWN_CASES = {
    "turned": Outcome.NOT_RUN,
    "chosen": Outcome.NOT_RUN,
    "usual": Outcome.CONFIRMED,
}
"""Each would be twice the inner product, were its `casesOn` what Lean makes under this name."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Evidence]:
    return evidence_of(tmp_path_factory.mktemp("stored"), LEAN, EXPECTED)


@pytest.fixture(scope="module")
def by_cases(tmp_path_factory: pytest.TempPathFactory) -> list[Evidence]:
    return evidence_of(tmp_path_factory.mktemp("cases"), CASES, OWN_CASES)


def evidence_of(root: Path, lean: str, expected: Mapping[str, Outcome]) -> list[Evidence]:
    """What execution finds of a package; its theorem says that the first `…` equals itself."""
    subject = next(name for name in expected if f"theorem {name}_self" in lean)
    files = {
        "pyproject.toml": '[tool.harness]\nlean = "lean"\nspecs = "specs"\n',
        "lean/T.lean": lean.replace("-- sums\n", SUMS),
        "lean/lakefile.toml": 'name = "T"\ndefaultTargets = ["T"]\n\n[[lean_lib]]\nname = "T"\n',
        f"specs/{subject}_self.yaml": f"theorem: {subject}_self\nsays: It is what it is.\n"
        "for:\n  n: dimension\n  u, v: vector(n)\n"
        f"then: {subject}(u, v) = {subject}(u, v)\n",
        "specs/definitions.yaml": DEFINITIONS
        + "".join(
            f"  {name}:\n    says: Twice the inner product.\n    for:\n      n: dimension\n"
            "      u, v: vector(n)\n    is: dot(u, v) + dot(u, v)\n"
            for name in expected
        ),
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    caller = Caller(find_toolchain(), root / ".cache")
    project = load_project(root)
    built = with_operators(project.library, package_for(project.lean, caller.lean), caller)
    assert built.ok, built.errors
    # Nothing is compared: what a definition says has no part in how it is run.
    answer, seconds = inspect(built, caller, [], folder="inspection", what="")
    return list(execute(Session(project, built, Plan((), {}, {}), answer, seconds), caller))


@pytest.mark.parametrize("name", EXPECTED)
def test_each_definition_is_run_as_it_is_stored(found: list[Evidence], name: str) -> None:
    outcomes = {item.outcome for item in found if item.subject == name}
    assert outcomes == {EXPECTED[name]}, [item.summary for item in found if item.subject == name]


@pytest.mark.parametrize("name", OWN_CASES)
def test_a_cases_on_of_the_packages_own(by_cases: list[Evidence], name: str) -> None:
    """The compiler takes the cases by their places, whatever the term does with them."""
    items = [item for item in by_cases if item.subject == name]
    assert {item.outcome for item in items} == {OWN_CASES[name]}, [i.summary for i in items]
    if OWN_CASES[name] is not Outcome.CONFIRMED:
        assert any("it is not what Lean makes under this name" in i.summary for i in items)


def test_evidence_says_by_which_route(found: list[Evidence]) -> None:
    routes = [item.data.get("route") for item in found if item.outcome is Outcome.CONFIRMED]
    assert routes
    assert all(isinstance(route, str) and "stored" in route for route in routes)

"""A package of many files, three deep, in which each has a theorem that can be claimed.

Lean is started for each file, so there are no more of them than it takes to have every body in a
module and in a plain file, and the notation of a file used in modules and plain files above it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lean.drafted import Drafted

pytestmark = [pytest.mark.lean, pytest.mark.slow]

RING = "Lean.Grind.CommRing"
BODIES = (
    # An operation, and a notation that the files above use.
    """/-- A sum of two vectors, number {i}. -/
def add{i} (u v : Fin n → α) : Fin n → α := fun j => u j + v j
infixl:65 " ⊹{i} " => add{i}
theorem t{i} (u v : Fin n → α) : u ⊹{i} v = v ⊹{i} u :=
  funext fun j => Lean.Grind.Semiring.add_comm (u j) (v j)
""",
    # A structure with what Lean derives of it.
    """structure Shape{i} where
  (rows columns : Nat)
  deriving Repr, DecidableEq
def Shape{i}.size (s : Shape{i}) : Nat := s.rows * s.columns
def double{i} (x : α) : α := 2 * x
theorem t{i} (x : α) : double{i} x = x + x := by unfold double{i}; grind
""",
    # Two functions that call each other, on a type of the package's own.
    """inductive Way{i}
  | on (rest : Way{i})
  | off
mutual
def Way{i}.isEven : Way{i} → Bool
  | .on rest => rest.isOdd
  | .off => true
def Way{i}.isOdd : Way{i} → Bool
  | .on rest => rest.isEven
  | .off => false
end
def step{i} (lr w g : Rat) : Rat := w - lr * g
theorem t{i} (w g : Rat) : step{i} 0 w g = w := by unfold step{i}; grind
""",
    # A class with an instance.
    """class Layer{i} (L : Type) where
  forward : L → Int → Int
instance : Layer{i} Int := ⟨fun k x => k * x⟩
def scaled{i} (k x : Int) : Int := k * x
theorem t{i} (k x : Int) : scaled{i} k x = x * k := Int.mul_comm k x
""",
)
WIDTHS = (2, 3, 4)
"""How many files lie at each depth; one more imports the topmost."""


def write(root: Path) -> list[str]:
    """Write the package below `root`; the names of its theorems."""
    (root / "Many").mkdir(parents=True)
    lib = 'name = "Many"\ndefaultTargets = ["Many"]\n[[lean_lib]]\nname = "Many"\n'
    (root / "lakefile.toml").write_text(lib, "utf-8")
    (root / "lean-toolchain").write_text("leanprover/lean4:v4.28.0\n", "utf-8")
    below: list[tuple[int, bool]] = []
    theorems = []
    for depth, width in enumerate(WIDTHS):
        own: list[tuple[int, bool]] = []
        for place in range(width):
            i = len(theorems)
            # Real Lean lets a module import modules alone, so of the first files all are some.
            imported = [below[(place + k) % len(below)] for k in range(2)] if below else []
            is_module = all(m for _, m in imported) and (depth == 0 or place % 3 > 0)
            lines = ["module"] if is_module else []
            word = "public import" if is_module else "import"
            lines += [f"{word} Many.F{j}" for j, _ in imported]
            lines += ["@[expose] public section"] if is_module else []
            lines += ["namespace Many", f"variable {{α : Type}} [{RING} α] {{n : Nat}}"]
            lines += [BODIES[i % len(BODIES)].format(i=i)]
            noted = next((j for j, _ in imported if j % len(BODIES) == 0), None)
            theorem = f"t{i}"
            if noted is not None:
                theorem = f"s{i}"
                lines += [
                    f"theorem s{i} (u v : Fin n → α) : (u ⊹{noted} v) ⊹{noted} u = "
                    f"u ⊹{noted} (v ⊹{noted} u) :=",
                    "  funext fun j => Lean.Grind.Semiring.add_assoc (u j) (v j) (u j)",
                ]
            lines += ["end Many", ""]
            (root / "Many" / f"F{i}.lean").write_text("\n".join(lines), "utf-8")
            theorems.append(theorem)
            own.append((i, is_module))
        below = own
    imports = "".join(f"import Many.F{i}\n" for i, _ in below)
    (root / "Many.lean").write_text(imports, "utf-8")
    return theorems


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> tuple[Drafted, set[str]]:
    root = tmp_path_factory.mktemp("many") / "project"
    theorems = write(root)
    return Drafted(root), {*theorems, *(f"t{i}" for i in range(len(theorems)))}


def test_many_files_are_drafted(package: tuple[Drafted, set[str]]) -> None:
    project, theorems = package
    files = {int(f.stem[1:]): f.read_text("utf-8") for f in project.root.glob("Many/*.lean")}
    assert len(files) == sum(WIDTHS)
    # Each body is in a module and in a plain file, and so are notations of files below.
    forms = {(i % len(BODIES), text.startswith("module\n")) for i, text in files.items()}
    assert len(forms) == 2 * len(BODIES)
    noted = {text.startswith("module\n") for i, text in files.items() if f"theorem s{i} " in text}
    assert noted == {True, False}
    assert project.said
    assert project.specifications == theorems


def test_many_files_are_confirmed(package: tuple[Drafted, set[str]]) -> None:
    project, theorems = package
    assert project.said
    said, code = project.run("check", "--leg", "proof", "--leg", "mirror", "--leg", "execution")
    assert code == 0, said
    assert f"{len(theorems)} claims: {len(theorems)} confirmed" in said

"""A package on Mathlib, drafted and checked by the profile that comes with the harness.

Mathlib itself cannot be had here. `mathlib/packages/mathlib` is a miniature of our own with its
shapes: names, classes, universes, types of indices, sums that fold a list whose order is forgotten,
instances for the signs. The workflow `mathlib.yml` puts the same package on the real one.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from harness.claims.library import load_library, profile
from harness.claims.model import Library
from harness.lean.fetched import believed
from harness.lean.package import read_package
from tests.lean.drafted import PACKAGES, Drafted, drafted

DRAFTED = (
    # Beside `@`, 1 is the identity.
    *("mul_of_orthogonal", "quad_one"),
    *("gram_transpose", "scores_apply", "layer_zero"),
    *("smul_transpose", "add_swap", "diagonal_transpose"),
)
UNPROVED = "sum_squared"
"""What Mathlib itself has by `sorry`."""
LACKING = {
    "exp_congr": "names nothing for Lean's Real.exp",
    "mul_swap": "[Fintype ι]: a type of indices, where the language has sizes",
}
EMPTY = {"extends": "mathlib", "namespace": "App", "primitives": {}, "definitions": {}}


def fetched(root: Path) -> None:
    """What `lake` would have fetched, where it would lie."""
    (root / ".lake").mkdir()
    (root / "packages").rename(root / ".lake" / "packages")
    checked_out(root / ".lake" / "packages" / "mathlib", "leanprover-community")


def checked_out(folder: Path, whose: str) -> None:
    """As `git clone` leaves a folder."""
    (folder / ".git").mkdir()
    url = f"https://github.com/{whose}/mathlib4.git"
    (folder / ".git" / "config").write_text(
        f'[core]\n\tbare = false\n[remote "origin"]\n\turl = {url}\n'
        '[branch "master"]\n\tremote = origin\n'
    )


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Drafted:
    legs = ("proof", "mirror", "execution")
    return drafted(tmp_path_factory.mktemp("mathlib"), "mathlib", fetched, legs)


@pytest.mark.lean
def test_what_can_be_said_is_drafted_with_the_profile(package: Drafted) -> None:
    assert package.said
    data = yaml.safe_load((package.root / "specs" / "definitions.yaml").read_text("utf-8"))
    assert data["extends"] == "mathlib"
    assert data["primitives"] == {}
    assert {name: entry["is"] for name, entry in data["definitions"].items()} == {
        "scores": "K @ q",
        "gram": "Aᵀ @ A",
        "layer": "W @ x + b",
        "quad": "dot(x, A @ x)",
    }
    assert package.specifications == {*DRAFTED, UNPROVED}
    for theorem, reason in LACKING.items():
        assert reason in package.reason(theorem)


@pytest.mark.lean
def test_it_is_proved_on_what_was_fetched_and_says_what_lean_has(package: Drafted) -> None:
    assert {name for name, _ in package.against} == {UNPROVED}
    for theorem in DRAFTED:
        for leg in ("proof", "mirror"):
            checks = [c for c in package.subjects[theorem][leg] if c["check"] != "lock"]
            assert {check["outcome"] for check in checks} == {"confirmed"}, checks
    [kernel] = [
        check for check in package.subjects["gram_transpose"]["proof"] if check["check"] == "kernel"
    ]
    # The theorem and its one definition; of Mathlib nothing.
    assert kernel["data"]["replayed"] == 2
    assert "what it takes from Mathlib is believed as it was fetched" in kernel["summary"]
    [mirror] = [
        check
        for check in package.subjects["scores_apply"]["mirror"]
        if check["check"] == "definitional equality"
    ]
    assert "sum by Fin.sum_univ_zero and Fin.sum_univ_castSucc" in mirror["summary"]
    assert package.outcomes("gram_transpose", "execution") == {"not applicable"}


@pytest.mark.lean
def test_what_is_behind_a_theorem_that_is_believed_is_looked_for(package: Drafted) -> None:
    assert "rests on `sorry`" in package.against[UNPROVED, "proof"]


@pytest.mark.lean
def test_false_twins_are_refuted(package: Drafted) -> None:
    said, code = package.with_changes(
        [
            ("layer_zero.yaml", "W @ x = 0", "W @ x = b"),
            ("definitions.yaml", "dot(x, A @ x)", "dot(A @ x, A @ x)"),
        ]
    )
    assert code == 1
    assert "layer_zero ✗ refuted" in said
    assert "App.quad is defined otherwise in Lean" in said


@pytest.mark.parametrize("others", [True, False])
@pytest.mark.parametrize("where", ["fetched", "own", "near", "shipped", "stranger", "fork", "link"])
def test_only_what_was_fetched_is_believed(where: str, others: bool, tmp_path: Path) -> None:
    """A package could call a module of its own so, have another lie beside it or where `lake` puts
    what it fetches, have a stranger's fetched that calls its modules so, or Mathlib from elsewhere.

    Of native Lean, `lake` knows of the modules of `others`.
    """
    root = tmp_path / "app"
    root.mkdir()
    text = (PACKAGES / "mathlib" / "lakefile.toml").read_text("utf-8")
    name = "other" if where == "stranger" else "mathlib"
    home = {"own": ".", "near": "near"}.get(where, f".lake/packages/{name}")
    text = text.replace('name = "mathlib"', f'name = "{name}"')
    if where == "near":
        text = text.replace('scope = "leanprover-community"\nrev = "v4.28.0"', 'path = "near"')
    (root / "lakefile.toml").write_text(text, "utf-8")
    (root / "App.lean").write_text("import Mathlib.A\n", "utf-8")
    folder = root / home
    folder.joinpath("Mathlib").mkdir(parents=True)
    folder.joinpath("Mathlib", "A.lean").write_text("theorem a : 1 = 1 := rfl\n", "utf-8")
    if where != "own":
        (folder / "lakefile.toml").write_text(
            f'name = "{name}"\n[[lean_lib]]\nname = "Mathlib"\nglobs = ["Mathlib.+"]\n', "utf-8"
        )
    if where not in ("own", "shipped"):
        checked_out(folder, "somebody" if where == "fork" else "leanprover-community")
    if where == "link":
        folder.rename(root / "mathlib")
        folder.symlink_to(root / "mathlib")
    package = read_package(root, others=others)
    assert believed(package, ("Mathlib",)) == ({"Mathlib"} if where == "fetched" else set())
    assert not believed(package, ())


def library(tmp_path: Path, **more: object) -> Library:
    path = tmp_path / "definitions.yaml"
    path.write_text(yaml.safe_dump({**EMPTY, **more}, sort_keys=False), "utf-8")
    return load_library(path, "definitions.yaml")


def test_a_project_may_say_otherwise_than_the_profile(tmp_path: Path) -> None:
    plain = library(tmp_path)
    assert plain.terms == profile("mathlib").terms
    assert plain.bridges["sum"] == ("Fin.sum_univ_zero", "Fin.sum_univ_castSucc")
    assert next(iter(plain.scalars.values())).lean_name == "CommRing"
    own = library(tmp_path, primitives={"sum": "total"}, bridges={"sum": ["nil", "next"]})
    assert own.primitives["sum"] == "App.total"
    assert own.bridges == {"sum": ("App.nil", "App.next")}
    assert own.borrowed == plain.borrowed - {"sum"}
    # What is not proved of a sum of the package's own is not borrowed from Mathlib's.
    assert not library(tmp_path, primitives={"sum": "total"}).bridges

"""Drafts of claims from Lean's own terms: an independent test of the printer and the parser."""

import shutil
from pathlib import Path

import pytest

from harness.claims.load import load_claim
from harness.claims.model import Claim
from harness.claims.project import find_root, load_project, open_project
from harness.evidence import Evidence, Leg, Outcome
from harness.lean.draft.ask import Drafts, NoSuchTheorem, draft_claims
from harness.lean.draft.text import draft_text
from harness.lean.find import caller_for
from harness.lean.leg import check_all

ROOT = Path(__file__).parents[3]
ISOMETRY = ROOT / "tests" / "fixtures" / "isometry"
STATEMENTS = Path(__file__).with_name("statements.lean").read_text("utf-8")

pytestmark = [pytest.mark.lean, pytest.mark.slow]

WHOLE = {
    "family": """
        for:
          n, d: dimension
          q: vector(d)
          K: index(n) -> vector(d)
          j: index(n)
        then: dot(q, K(j)) = dot(K(j), q)
        """,
    "rows": """
        for:
          m, n: dimension
          A: matrix(m, n)
          v: vector(n)
        then: A @ v = [i ↦ dot([i' ↦ A[i, i']], v)]
        """,
    "later_variable": """
        for:
          m, n: dimension
          A: matrix(m, n)
        assume:
          orthogonal: Aᵀ @ A = 1
        then: '∀ (u: vector(n)) (v: vector(n)), dot(A @ u, A @ v) = dot(u, v)'
        """,
    "named_proposition": """
        for:
          m, n: dimension
          A: matrix(m, n)
          u: vector(n)
        assume:
          h: Aᵀ @ A = 1
        then: dot(A @ u, A @ u) = dot(u, u)
        """,
    "names": """
        for:
          n: dimension
          dot': vector(n)
          forall_, x: scalar
        assume:
          h: x = forall_
        then: dot(dot', dot') + x * 1 = dot(dot', dot') + forall_
        """,
    "masked": """
        for:
          n: dimension
          v: vector(n)
          i, j: index(n)
        then: (if j ≤ i then v[j] else 0) = (if i < j then 0 else if i = j then v[j] else v[j])
        """,
    "partial_application": """
        for:
          m, n: dimension
          F: (vector(n) -> vector(m)) -> scalar
          A: matrix(m, n)
        then: F(x ↦ A @ x) = F(v ↦ A @ v)
        """,
    "numeral": """
        for:
          n: dimension
          v: vector(n)
        then: 2 * dot(v, v) = dot(v, v) + dot(v, v)
        """,
    "sizes": """
        for:
          k: dimension
          c: index(k) -> vector(2*k + 1)
          i: index(k)
          j: index(2*k + 1)
        then: c(i)[j] - (-c(i)[j]) = c(i)[j] + c(i)[j]
        """,
    "natural_numbers": """
        scalars: natural numbers
        for:
          n: scalar
        then: n + 0 = n
        """,
    "by_entries": """
        for:
          m, n: dimension
          F: matrix(m, n) -> scalar
          a: scalar
          A: matrix(m, n)
        then: F(tabulate(i ↦ j ↦ a * A[i, j])) = F(tabulate(i ↦ j ↦ A[i, j] * a))
        """,
}
"""What the claim language says of each, written by hand."""

PARTLY = {
    "partly": ("small", "(small : n ≤ 3)"),
    "no_equation": ("", "x = x → n ≤ n + 1"),
    "implication": ("h", "(h : ∀ i, u i = 0 → v i = 0)"),
    "no_scalars": ("", "n + 0 = n"),
    "no_definition": ("", "twice x = x + x"),
}
"""What cannot be said: the part's name, and what its author wrote."""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("drafts") / "isometry"
    shutil.copytree(ISOMETRY, root)
    source = root / "lean" / "Isometry.lean"
    text = source.read_text("utf-8")
    end = "end Isometry"
    assert text.count(end) == 1
    source.write_text(text.replace(end, f"{STATEMENTS}\n{end}"), "utf-8")
    for spec in (root / "specs").glob("*.yaml"):
        if spec.name != "definitions.yaml":
            spec.unlink()
    return root


@pytest.fixture(scope="module")
def drafts(package: Path) -> Drafts:
    project = open_project(find_root(package))
    return draft_claims(
        project, (*WHOLE, *PARTLY), caller_for(package, "auto", package / "kept" / "lean")
    )


def text_of(drafts: Drafts, theorem: str) -> str:
    project = drafts.session.project
    found = next(draft for draft in drafts.found if draft.theorem == theorem)
    return draft_text(found, project.library, drafts.session.place(f"Isometry.{theorem}"))


def test_each_shape_is_read_as_people_write_it(drafts: Drafts) -> None:
    for theorem, expected in WHOLE.items():
        lines = text_of(drafts, theorem).splitlines()
        own = [line.strip() for line in expected.strip().splitlines()]
        assert [line.strip() for line in lines[2:]] == own, theorem


def test_the_docstring_says_it(drafts: Drafts) -> None:
    assert "\nsays: A matrix that is also taken row by row.\n" in text_of(drafts, "rows")
    assert "\nsays: TODO" in text_of(drafts, "later_variable")


def test_what_cannot_be_said_stays_in_leans_own_text(drafts: Drafts) -> None:
    for theorem, (name, own) in PARTLY.items():
        draft = next(draft for draft in drafts.found if draft.theorem == theorem)
        assert [part.name for part in draft.untranslated] == [name], theorem
        text = text_of(drafts, theorem)
        assert f"\n# {own}\n" in text
        assert f"#   ({draft.untranslated[0].reason})\n" in text


def test_what_can_be_said_beside_it_is_there(drafts: Drafts) -> None:
    text = text_of(drafts, "partly")
    assert "\n  zero: ∀ i, f(p)[i] = 0\n" in text
    assert text.endswith("\nthen: x + dot(f(p), f(p)) = x\n")


def test_the_kernel_takes_drafts_for_the_theorems(package: Path, drafts: Drafts) -> None:
    """And refuses the ones that say less, were one to check them without looking."""
    specs = package / "specs"
    for theorem in (*WHOLE, "partly"):
        (specs / f"{theorem}.yaml").write_text(text_of(drafts, theorem), "utf-8")
    try:
        cache = package / "kept" / "lean"
        legs = (Leg.PROOF, Leg.MIRROR)
        found = {
            (e.subject, e.leg): e
            for e in check_all(load_project(package), cache=cache, legs=legs)
            if isinstance(e, Evidence) and e.check != "lock"  # there is no lock file here
        }
    finally:
        for theorem in (*WHOLE, "partly"):
            (specs / f"{theorem}.yaml").unlink()
    for theorem in WHOLE:
        assert found[theorem, Leg.MIRROR].outcome is Outcome.CONFIRMED, theorem
        assert found[theorem, Leg.PROOF].outcome is Outcome.CONFIRMED, theorem
    assert found["partly", Leg.MIRROR].outcome is Outcome.REFUTED


def test_a_theorem_that_is_not_there(package: Path) -> None:
    project = open_project(find_root(package))
    caller = caller_for(package, "auto", package / "kept" / "lean")
    with pytest.raises(NoSuchTheorem, match=r"nearest: Isometry\.inner_invariant"):
        draft_claims(project, ("iner_invariant", "squaredLength"), caller)
    with pytest.raises(NoSuchTheorem, match="definition"):
        draft_claims(project, ("squaredLength", "iner_invariant"), caller)


def same(one: Claim, other: Claim) -> bool:
    """Whether two claims have the same terms under the same names."""

    def content(claim: Claim) -> object:
        hypotheses = [(h.name, h.equation) for h in claim.hypotheses]
        return claim.scalars, claim.parameters, hypotheses, claim.conclusion

    return content(one) == content(other)


@pytest.mark.parametrize("root", [ROOT, ISOMETRY], ids=lambda path: path.name)
def test_drafts_are_the_committed_specifications(
    root: Path, project_cache: Path, isometry_cache: Path, tmp_path: Path
) -> None:
    """From Lean's terms to text, and through parser and elaborator to the very same claims."""
    project = load_project(root)
    theorems = tuple(claim.theorem for claim in project.claims)
    cache = project_cache if root == ROOT else isometry_cache
    found = draft_claims(project, theorems, caller_for(root, "auto", cache / "lean"))
    assert len(found.found) == len(project.claims) > 0
    for draft, claim in zip(found.found, project.claims, strict=True):
        path = tmp_path / f"{draft.theorem}.yaml"
        path.write_text(draft_text(draft, project.library, None), "utf-8")
        assert draft.is_whole, draft.untranslated
        assert same(load_claim(path, path.name, project.library), claim), claim.theorem

"""Instances meet their hypotheses, and not trivially."""

import re
from pathlib import Path

import numpy as np
import pytest

from harness.arrays import Evaluators
from harness.claims.hypotheses import assign
from harness.claims.model import Claim
from harness.numeric import eigenspaces
from harness.numeric.check import trivial
from harness.numeric.commutant import draw_commuting
from harness.numeric.exact import PrimeFieldCheck, random_functions
from harness.numeric.families import BASES, KINDS, Style, blocks
from harness.numeric.functions import open_functions
from harness.numeric.instance import Instance
from harness.numeric.modular import PRIMES, PrimeField
from harness.numeric.reals import RealField, Regime
from harness.numeric.sampling import Sampler
from harness.numeric.spelling import defects
from tests.arrays.language import CLAIMS, LIBRARY, claim_of

FOLDED = CLAIMS["folded_qkvo_attention_block_invariant_of_commutes"]
FIELDS = {
    "residues": (PrimeField(PRIMES[0]), random_functions(PrimeField(PRIMES[0]))),
    **{str(regime): (RealField(regime), open_functions("softmax")) for regime in Regime},
}


def draw(
    claim: Claim, field: str, sizes: dict[str, int], style: Style, seed: int = 0, lanes: int = 6
) -> Instance:
    numbers, functions = FIELDS[field]
    sampler = Sampler(claim, Evaluators(LIBRARY), assign(claim, LIBRARY), numbers, functions)
    return sampler.draw(np.random.default_rng(seed), sizes, lanes, [style])


def worst(claim: Claim, field: str, instance: Instance) -> float:
    found = [d.max() for _, d in defects(claim, Evaluators(LIBRARY), FIELDS[field][0], instance)]
    return float(max(found, default=0.0))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("basis", BASES)
@pytest.mark.parametrize("field", ["residues", "plain"])
@pytest.mark.parametrize("d", [2, 5, 6])
def test_families_have_orthogonal_company(kind: str, basis: str, field: str, d: int) -> None:
    sizes = {"n": 3, "d": d, "m": 4, "P": 3}
    instance = draw(FOLDED, field, sizes, Style(kind, basis))
    assert worst(FOLDED, field, instance) <= (0 if field == "residues" else 1e-11)
    family, turn = instance.array("Θ"), instance.array("R")
    assert family.shape == (1, 3, d, d), "lanes of one style share it"
    assert (np.abs(family[:, 0] - family[:, 1]).max(axis=(1, 2)) > 1e-6).all(), "it varies"
    assert turn.shape == (6, d, d)


@pytest.mark.parametrize(
    ("kind", "d", "dimension"),
    [
        ("rotated pairs", 8, 8),
        ("rotated pairs, equal frequencies", 8, 32),
        ("multiples of 1", 3, 9),
        ("complex matrices", 6, 2),
        ("repeated generic blocks", 6, 4),
        ("two generic blocks", 4, 2),
        ("pairs turned and scaled", 4, 4),
    ],
)
@pytest.mark.parametrize("field", ["residues", "plain"])
def test_commutants_have_the_dimension_that_theory_gives(
    kind: str, d: int, dimension: int, field: str
) -> None:
    """Schur: C^m gives 2 m² over m equal pairs, R^r gives r², and unlike blocks add up."""
    sizes = {"n": 2, "d": d, "m": 3, "P": 4}
    instance = draw(FOLDED, field, sizes, Style(kind, "orthogonal basis"))
    assert instance.commutants["R"].tolist() == [dimension] * 6


def test_blocks_fill_the_dimension() -> None:
    for kind in KINDS:
        for d in range(9):
            assert sum(block.width for block in blocks(kind, d)) == d


@pytest.mark.parametrize("field", ["residues", "plain"])
def test_reflections_are_among_them(field: str) -> None:
    """Both determinants turn up where the family leaves room for both."""
    found = set()
    for seed in range(4):
        sizes = {"n": 2, "d": 2, "m": 3, "P": 2}
        instance = draw(FOLDED, field, sizes, Style("multiples of 1", "orthogonal basis"), seed)
        turn = instance.array("R")
        a, b, c, d = (turn[:, i, j] for i in (0, 1) for j in (0, 1))
        p = PRIMES[0] if field == "residues" else 0
        for one, two in zip(a * d, b * c, strict=True):
            value = (int(one) - int(two)) % p if p else round(float(one - two))
            found.add(value - p if p and value > 1 else value)
    assert found == {1, -1}


def test_rotations_of_distinct_pairs_are_not_trivial() -> None:
    from harness.numeric.check import Plans

    plans = Plans(FOLDED, LIBRARY, "float64", 0)
    sizes = {"n": 2, "d": 4, "m": 3, "P": 3}
    instance = draw(FOLDED, "plain", sizes, Style("rotated pairs", "half-split pairs"))
    assert not trivial(plans, instance).any()
    turn = instance.array("R")
    assert (np.abs(turn[:, 0, 2]) > 1e-6).all(), "pairs are i and i + d/2"
    assert np.abs(turn[:, 0, 1]).max() < 1e-9


def test_positions_are_long() -> None:
    """Angles of the slowest pairs are not small: positions go far."""
    sizes = {"n": 2, "d": 2, "m": 3, "P": 6}
    style = Style("rotated pairs", "adjacent pairs")
    drawn = [draw(FOLDED, "plain", sizes, style, seed, lanes=1) for seed in range(20)]
    cosines = np.concatenate([instance.array("Θ")[:, :, 0, 0] for instance in drawn])
    assert (np.abs(cosines) < 0.5).mean() > 0.2


def test_heads_have_their_own_or_share(tmp_path: Path) -> None:
    own = CLAIMS["concatProjectedMultiHeadRopeAttentionBlockOutput_invariant_of_commutes"]
    sizes = {"n": 2, "d": 4, "m": 3, "h": 3, "P": 2}
    for field in ("residues", "plain"):
        instance = draw(own, field, sizes, Style("rotated pairs", "orthogonal basis"))
        assert worst(own, field, instance) <= (0 if field == "residues" else 1e-11)
        turn = instance.array("R")
        assert (np.abs(turn[:, 0] - turn[:, 1]).max(axis=(1, 2)) > 1e-6).all()
    shared = claim_of(
        tmp_path,
        """
for:
  d, h: dimension
  P: type
  F: index(h) -> P -> matrix(d, d)
  A: matrix(d, d)
  B: index(h) -> matrix(d, d)
assume:
  one: ∀ k p, F(k)(p) @ A = A @ F(k)(p)
  orthogonal: Aᵀ @ A = 1
  each: ∀ k, B(k)ᵀ @ B(k) = 1
then: A = A
""",
    )
    for field in ("residues", "plain"):
        for basis in BASES:
            style = Style("rotated pairs", basis)
            instance = draw(shared, field, {"d": 4, "h": 3, "P": 2}, style)
            assert worst(shared, field, instance) <= (0 if field == "residues" else 1e-11)
            assert (instance.commutants["A"] == 4).all()


FORMS = {
    "tall": ("A: matrix(e, d)", "Aᵀ @ A = 1"),
    "wide": ("A: matrix(d, e)", "A @ Aᵀ = 1"),
    "inverse": ("A, B: matrix(d, d)", "A @ B = 1"),
    "inverses": ("A, B: index(e) -> matrix(d, d)", "∀ k, A(k) @ B(k) = 1"),
    "reciprocal": ("a, b: scalar", "a * b = 1"),
    "sphere": ("a, b, c: scalar", "a*a + b*b + c*c = 1"),
    "circles": ("u, v: vector(d)", "∀ i, u[i]*u[i] + v[i]*v[i] = 1"),
    "unit": ("u: index(e) -> vector(d)", "∀ k, dot(u(k), u(k)) = 1"),
    "defined": ("A, B: index(e) -> matrix(d, d)", "∀ k, A(k) = B(k) @ B(k)"),
    "itself": ("F: index(e) -> matrix(d, d)", "∀ p q, F(p) @ F(q) = F(q) @ F(p)"),
    "gain": ("A: matrix(d, d)\n  g: vector(d)", "A @ diagonal(g) = diagonal(g) @ A"),
    "term": (
        "A, M: matrix(d, d)\n  F: index(e) -> matrix(d, d)",
        "∀ p q, A @ (F(p)ᵀ @ F(q)) = (F(p)ᵀ @ F(q)) @ A",
    ),
}


@pytest.mark.parametrize("field", list(FIELDS))
@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_met(tmp_path: Path, field: str, form: str) -> None:
    declared, hypothesis = FORMS[form]
    claim = claim_of(
        tmp_path,
        f"for:\n  d, e: dimension\n  {declared}\n  z: scalar\n"
        f"assume:\n  it: {hypothesis}\nthen: z = z\n",
    )
    for style in (Style("rotated pairs", "generic basis"), Style(KINDS[3], BASES[2])):
        instance = draw(claim, field, {"d": 3, "e": 4}, style)
        assert worst(claim, field, instance) <= (0 if field == "residues" else 1e-9)
        for name in instance.values:
            array = instance.array(name)
            assert (np.abs(array).reshape(6, -1).max(axis=1) > 0).all(), "nothing vanishes"


def test_a_matrix_and_its_inverse_with_a_family(tmp_path: Path) -> None:
    """Any invertible element of the commutant, with its inverse."""
    claim = claim_of(
        tmp_path,
        """
for:
  d: dimension
  P: type
  F: P -> matrix(d, d)
  A, B: matrix(d, d)
assume:
  commutes: ∀ p, F(p) @ A = A @ F(p)
  inverse: B @ A = 1
then: A @ B = 1
""",
    )
    for field in ("residues", "plain"):
        instance = draw(claim, field, {"d": 4, "P": 3}, Style("rotated pairs", "generic basis"))
        assert worst(claim, field, instance) <= (0 if field == "residues" else 1e-9)


def test_generic_matrices_leave_multiples_of_one_only() -> None:
    field, rng = RealField(), np.random.default_rng(0)
    _, dimension = draw_commuting(field, rng, rng.standard_normal((5, 3, 4, 4)), closed=True)
    assert dimension.tolist() == [1] * 5


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("d", [9, 12, 128])
def test_large_families_are_taken_apart(kind: str, d: int) -> None:
    """Eigenspaces give what theory, and at small sizes the null space, say there is."""
    sizes = {"n": 2, "d": d, "m": 2, "P": 5}
    instance = draw(FOLDED, "plain", sizes, Style(kind, "orthogonal basis"), lanes=1)
    assert worst(FOLDED, "plain", instance) <= 1e-10
    half, odd = d // 2, d % 2
    expected = {
        "rotated pairs": 2 * half,
        "rotated pairs, equal frequencies": 2 * half * half,
        "complex matrices": 2,
        "repeated generic blocks": 4,
        "pairs turned and scaled": 2 * half,
        "multiples of 1": d * d - odd,
        "two generic blocks": 2 - odd,
    }
    assert instance.commutants["R"].tolist() == [expected[kind] + odd]


@pytest.mark.parametrize("kind", KINDS)
def test_draws_reach_the_whole_commutant(kind: str) -> None:
    """As many independent elements as the null space of the commutation has dimensions."""
    from harness.numeric import commutant

    instance = draw(FOLDED, "plain", {"n": 2, "d": 8, "m": 2, "P": 4}, Style(kind, BASES[2]))
    family = instance.array("Θ")[0]
    field, rng = RealField(), np.random.default_rng(1)
    solve = commutant._solver(field, rng)
    _, dimension = solve(family, 1)
    found, counted = eigenspaces.commuting(rng, family, dimension + 3, solve)
    assert counted == dimension
    assert np.linalg.matrix_rank(found.reshape(len(found), -1), tol=1e-8) == dimension
    commutator = found[:, None] @ family - family @ found[:, None]
    assert np.abs(commutator).max() <= 1e-10


def test_quaternions_commute_with_quaternions() -> None:
    """Four dimensions, and linked copies of them: a type of algebra that no style draws."""
    i = np.array([[0, -1, 0, 0], [1, 0, 0, 0], [0, 0, 0, -1], [0, 0, 1, 0.0]])
    j = np.array([[0, 0, -1, 0], [0, 0, 0, 1], [1, 0, 0, 0], [0, -1, 0, 0.0]])
    rng = np.random.default_rng(2)
    for parts, dimension in ((1, 4), (3, 36)):
        family = np.stack([np.kron(np.eye(parts), x) for x in (i, j, i @ j + np.eye(4))])
        turn, _ = np.linalg.qr(rng.standard_normal((4 * parts, 4 * parts)))
        family = turn @ family @ turn.T
        found, count = draw_commuting(RealField(), rng, family, closed=True, draws=2)
        assert count == dimension
        assert np.abs(found[:, None] @ family - family @ found[:, None]).max() <= 1e-10


def test_sizes_of_one_and_zero() -> None:
    for size in (0, 1):
        for name, claim in CLAIMS.items():
            if name in ("centredNorm_equivariant_of_kept_ones", "ropeHalfSplit_of_commutes"):
                continue  # its hypotheses are of no known form, and met by trying
            sizes = {p.name: size for p in claim.parameters if not p.is_explicit}
            single = (str(p.sort) for p in claim.parameters if p.is_explicit)
            if size == 0 and any(
                sort == "P" or re.fullmatch(r"index\(\w+\)", sort) for sort in single
            ):
                continue
            for field in ("residues", "plain"):
                instance = draw(claim, field, sizes, Style(KINDS[0], BASES[0]))
                assert worst(claim, field, instance) <= 1e-9, name


def test_primes_take_turns_and_batches_are_reproducible() -> None:
    check = PrimeFieldCheck(FOLDED, LIBRARY, seed=3)
    assert [check.draw(i).setting for i in range(3)] == [f"p = {p}" for p in PRIMES]
    one, two = check.draw(5), PrimeFieldCheck(FOLDED, LIBRARY, seed=3).draw(5)
    assert one.instance.sizes == two.instance.sizes
    assert (one.instance.array("R") == two.instance.array("R")).all()
    other = PrimeFieldCheck(FOLDED, LIBRARY, seed=4).draw(5)
    assert other.instance.array("x").tolist() != one.instance.array("x").tolist()

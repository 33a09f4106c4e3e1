"""What is said by an order, `tests/fixtures/order`: each claim confirmed, each false twin refuted.

Lean has proofs of all of them. What an engine confirms is held to what is false: a strict sign for
one that is not, a hypothesis less, the sides exchanged.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.claims.library import core_scalars
from harness.claims.load import compares
from harness.claims.model import Claim, Hypothesis, Library
from harness.claims.project import load_project
from harness.claims.vacuity import vacuous
from harness.cli import main
from harness.diagnostics import InputError
from harness.evidence import Evidence, Outcome
from harness.instances.exact import breaks
from harness.instances.search import find_small
from harness.language.elaborate import elaborate_statement
from harness.language.parser import parse_statement
from harness.language.terms import Relation
from harness.language.transform import alpha_equal
from harness.language.types import SCALAR, Parameter
from harness.lattice import Answer
from harness.necessity.decide import decide
from harness.numeric.leg import check as numeric
from harness.numeric.replay import recompute
from harness.plan import over_its_scalars
from harness.symbolic.bounds import bounded, feasible
from harness.symbolic.leg import check as symbolic

PROJECT = load_project(Path(__file__).parent / "fixtures" / "order")
SMALL = (PROJECT.library, ())
CLAIMS = {claim.theorem: claim for claim in PROJECT.claims}


def found(claim: Claim, library: Library = PROJECT.library) -> dict[str, Evidence]:
    every = (*symbolic(claim, library), *numeric(claim, library, effort=0.3))
    return {evidence.check: over_its_scalars(claim, evidence) for evidence in every}


@pytest.mark.parametrize("name", CLAIMS)
def test_each_is_confirmed_by_exact_instances_and_by_a_sum_of_what_is_not_negative(
    name: str,
) -> None:
    evidence = found(CLAIMS[name])
    assert evidence["rational"].outcome is Outcome.CONFIRMED, evidence["rational"].summary
    # That a product is not 0 is no inequality; nothing is said of it, and nothing is passed.
    shown = Outcome.NOT_APPLICABLE if name == "product_ne_zero" else Outcome.CONFIRMED
    assert evidence["ground"].outcome is shown, evidence["ground"].summary
    for check in ("prime field", "float64"):
        assert evidence[check].outcome is Outcome.NOT_APPLICABLE


def put(
    claim: Claim,
    library: Library = PROJECT.library,
    *,
    then: str = "",
    without: str = "",
    **assumed: str,
) -> Claim:
    """The claim with another conclusion, a hypothesis less, or others in place of its own."""
    scope = library.scope(claim.parameters)

    def said(text: str) -> object:
        return elaborate_statement(parse_statement(text), scope)

    hypotheses = tuple(
        replace(h, equation=said(assumed[h.name]), text=assumed[h.name]) if h.name in assumed else h
        for h in claim.hypotheses
        if h.name != without
    )
    changed = replace(claim, hypotheses=hypotheses)
    if not then:
        return changed
    return replace(changed, conclusion=said(then), conclusion_text=then)


TWINS: Mapping[str, tuple[Mapping[str, str], ...]] = {
    "twice_product_le": (
        {"then": "a * b + a * b < a * a + b * b"},
        {"then": "a * a + b * b ≤ a * b + a * b"},
    ),
    "dot_self_nonneg": ({"then": "0 < dot(v, v)"}, {"then": "dot(v, v) ≤ 0"}),
    "cauchy_schwarz": (
        {"then": "dot(u, v) * dot(u, v) < dot(u, u) * dot(v, v)"},
        {"then": "dot(u, u) * dot(v, v) ≤ dot(u, v) * dot(u, v)"},
        {"then": "dot(u, v) ≤ dot(u, u) * dot(v, v)"},
    ),
    "mean_le": (
        {"then": "dot(w, x) < m"},
        {"then": "m ≤ dot(w, x)"},
        {"without": "weights"},
        {"without": "positive"},
        {"without": "bounded"},
        {"positive": "∀ i, w[i] ≤ 1"},
    ),
    "rounding_error_le": (
        {"then": "squaredError(q, x) < Σ i: index(n), h * h"},
        {"then": "squaredError(q, x) ≤ Σ i: index(n), h"},
        {"without": "above"},
        {"without": "below"},
    ),
    "scale_lt": (
        {"without": "positive"},
        {"positive": "0 ≤ c"},
        {"less": "a ≤ b"},
        {"then": "c * b < c * a"},
    ),
    "product_ne_zero": ({"without": "first"}, {"first": "b ≠ 1"}, {"then": "a + b ≠ 0"}),
    "max_add_min": (
        {"then": "max(a, b) + max(a, b) = a + b"},
        {"then": "max(a, b) ≤ min(a, b)"},
        {"then": "min(a, b) < max(a, b)"},
    ),
    "relu_mul": (
        {"without": "scale"},
        {"scale": "c ≤ 0"},
        {"then": "relu(c * x) = c * x"},
        {"then": "relu(c * x) = relu(c * relu(x) - 1)"},
    ),
    "relu_sum_le": (
        {"then": "(Σ i, relu(x[i])) ≤ relu(Σ i, x[i])"},
        {"then": "relu(Σ i, x[i]) = Σ i, relu(x[i])"},
        {"then": "relu(Σ i, x[i]) ≤ Σ i, x[i]"},
    ),
    "magnitude_le": (
        {"without": "above"},
        {"without": "below"},
        {"then": "magnitude(q - x) < h"},
        {"then": "magnitude(q + x) ≤ h"},
    ),
    "next_le": ({"less": "a ≤ b"}, {"then": "a + 1 < b"}, {"then": "b ≤ a + 1"}),
}


@pytest.mark.parametrize(
    ("name", "number"), [(name, k) for name, twins in TWINS.items() for k in range(len(twins))]
)
def test_a_false_twin_is_refuted_by_two_legs_with_an_exact_instance(name: str, number: int) -> None:
    twin = put(CLAIMS[name], **TWINS[name][number])
    evidence = found(twin)
    for check in ("ground", "rational"):
        assert evidence[check].outcome is Outcome.REFUTED, evidence[check].summary
        example = evidence[check].counterexample
        assert example is not None
        assert breaks(example, twin, PROJECT.library) is not None
        assert breaks(example, CLAIMS[name], PROJECT.library) is None
    assert decide(twin, PROJECT.library).answer is Answer.FAILS
    identifier = evidence["rational"].replay.removeprefix("harness replay ")
    assert recompute(identifier, twin, PROJECT.library).differs


@pytest.mark.parametrize("name", CLAIMS)
def test_each_hypothesis_is_needed(name: str) -> None:
    claim = CLAIMS[name]
    for hypothesis in claim.hypotheses:
        decision = decide(put(claim, without=hypothesis.name), PROJECT.library)
        assert decision.answer is Answer.FAILS, hypothesis.name


def test_what_holds_of_whole_numbers_alone_is_held_to_whole_numbers() -> None:
    claim = CLAIMS["next_le"]
    over_fractions = replace(claim, scalars=PROJECT.library.scalars["rational numbers"])
    assert found(over_fractions)["rational"].outcome is Outcome.REFUTED
    assert bounded(claim, PROJECT.library, ()) is not None
    assert bounded(over_fractions, PROJECT.library, ()) is None
    # x² + x is negative at −1/2, and at no whole number.
    parameters = (Parameter("x", SCALAR),)
    conclusion = elaborate_statement(
        parse_statement("0 ≤ x * x + x"), PROJECT.library.scope(parameters)
    )
    parabola = replace(claim, parameters=parameters, hypotheses=(), conclusion=conclusion)
    assert found(parabola)["rational"].outcome is Outcome.CONFIRMED
    assert found(parabola)["ground"].outcome is Outcome.NOT_APPLICABLE
    assert find_small(parabola, PROJECT.library, seconds=1.0) is None
    over_fractions = replace(parabola, scalars=over_fractions.scalars)
    assert found(over_fractions)["ground"].outcome is Outcome.REFUTED


def over(kind: str, names: str, then: str, **assumed: str) -> Claim:
    """A claim about scalars of a kind."""
    parameters = tuple(Parameter(name, SCALAR) for name in names.split())
    scope = PROJECT.library.scope(parameters)
    hypotheses = tuple(
        Hypothesis(name, elaborate_statement(parse_statement(text), scope), text)
        for name, text in assumed.items()
    )
    conclusion = elaborate_statement(parse_statement(then), scope)
    sides = [s for h in hypotheses for s in (h.equation.left, h.equation.right)]
    chosen = compares([*sides, conclusion.left, conclusion.right], PROJECT.library.definitions)
    kind_ = core_scalars()[kind]
    return Claim("t", "", kind_, parameters, hypotheses, conclusion, then, compares=chosen)


def test_by_what_is_not_0_a_field_divides() -> None:
    claim = over("field", "a c", "c * a / c = a", nonzero="c ≠ 0")
    evidence = found(claim)
    for check in ("dimension-free", "certificate", "prime field", "float64"):
        assert evidence[check].outcome is Outcome.CONFIRMED, evidence[check].summary
    assert found(replace(claim, hypotheses=()))["prime field"].outcome is Outcome.REFUTED
    apart = over("field", "a b c", "(a - b) * c / (a - b) = c", apart="a ≠ b")
    assert found(apart)["dimension-free"].outcome is Outcome.CONFIRMED


def test_not_every_field_is_ordered() -> None:
    """Over the rationals both hold; where 1 + 1 or 1 + 2 * 2 is 0 neither does."""
    for claim in (
        over("field", "a", "a + a ≠ 0", nonzero="a ≠ 0"),
        over("field", "a b", "a = 0", squares="a * a + b * b = 0"),
    ):
        evidence = found(claim)
        assert evidence["prime field"].outcome is Outcome.REFUTED
        assert evidence["dimension-free"].outcome is not Outcome.CONFIRMED
        assert bounded(claim, PROJECT.library, ()) is None
    rational = over("rational numbers", "a b", "a * a = 0", squares="a * a + b * b ≤ 0")
    assert found(rational)["dimension-free"].outcome is Outcome.CONFIRMED


def test_an_inequality_that_is_assumed_is_no_equation() -> None:
    """Else rewriting would prove from a ≤ b that a = b."""
    for sign in ("≤", "<", "≠"):
        claim = over("rational numbers", "a b", "a = b", given=f"a {sign} b")
        evidence = found(claim)
        assert Outcome.CONFIRMED not in {e.outcome for e in evidence.values()}
        assert decide(claim, PROJECT.library).answer is Answer.FAILS
    both = over("rational numbers", "a b", "a = b", one="a ≤ b", other="b ≤ a")
    assert found(both)["dimension-free"].outcome is Outcome.CONFIRMED


def test_what_nothing_meets_confirms_nothing() -> None:
    claim = over("rational numbers", "a b", "a < a", one="a < b", other="b < a")
    assert found(claim)["rational"].outcome is Outcome.INCONCLUSIVE


def test_what_is_less_than_itself_is_false_and_not_empty() -> None:
    assert vacuous(over("rational numbers", "a", "a ≤ a"), PROJECT.library)
    less = over("rational numbers", "a", "a < a")
    assert not vacuous(less, PROJECT.library)
    assert found(less)["rational"].outcome is Outcome.REFUTED
    assert vacuous(over("rational numbers", "a b", "a ≤ b", given="a ≤ b"), PROJECT.library)
    assert not vacuous(over("rational numbers", "a b", "b ≤ a", given="a ≤ b"), PROJECT.library)


@pytest.mark.parametrize("then", ["max(a, b) = b", "twice(a) = a"])
def test_only_what_has_an_order_is_chosen_by_it(tmp_path: Path, then: str) -> None:
    """Found through definitions too, and told at its place."""
    shutil.copytree(PROJECT.root, tmp_path, dirs_exist_ok=True)
    with (tmp_path / "specs" / "definitions.yaml").open("a", encoding="utf-8") as file:
        file.write("  twice: {says: It grows., for: {x: scalar}, is: 'max(x, x + x)'}\n")
    text = f"theorem: t\nsays: Something.\nfor: {{'a, b': scalar}}\nscalars: field\nthen: {then}\n"
    (tmp_path / "specs" / "t.yaml").write_text(text, "utf-8")
    with pytest.raises(InputError) as raised:
        load_project(tmp_path)
    kinds = "ordered ring, ordered field, integers, rational numbers"
    message = f"expected scalars that ≤ orders ({kinds}), found the kind 'field'"
    assert [str(d) for d in raised.value.diagnostics] == [f"specs/t.yaml:5:7: {message}"]


def test_a_choice_that_never_comes_proves_nothing_and_hinders_nothing() -> None:
    """By hand: under a < b the larger one is b, whatever stands where it is a."""
    assert bounded(over("rational numbers", "a b", "max(a, b) = b", less="a < b"), *SMALL)
    assert bounded(over("rational numbers", "a b", "min(a, b) = a", less="a ≤ b"), *SMALL)
    assert not bounded(over("rational numbers", "a b", "max(a, b) = b"), *SMALL)
    assert not bounded(over("rational numbers", "a b", "max(a, b) = b", less="b ≤ a"), *SMALL)
    whole = over("integers", "a b", "a + 1 ≤ max(a + 1, b)")
    assert bounded(whole, *SMALL)
    assert bounded(over("integers", "a b", "max(a + 1, b) = b", less="a < b"), *SMALL)
    assert not bounded(over("rational numbers", "a b", "max(a + 1, b) = b", less="a < b"), *SMALL)


@pytest.mark.parametrize("relation", Relation)
def test_a_relation_fails_where_it_does_not_hold(relation: Relation) -> None:
    holds = {"=": [False, True, False], "≤": [True, True, False], "<": [True, False, False]}
    expected = holds.get(relation, [True, False, True])
    assert [not relation.fails(left, 1) for left in (0, 1, 2)] == expected


def test_a_linear_programme_is_solved_or_is_not() -> None:
    one, two = Fraction(1), Fraction(2)
    assert feasible([[one, two], [one, -one]], [Fraction(4), one]) == [two, one]
    assert feasible([[one, two]], [-one]) is None
    assert feasible([[one, -one], [-one, one]], [one, one]) is None


@pytest.mark.lean
@pytest.mark.slow
def test_lean_proves_each_and_certifies_that_each_hypothesis_is_needed(tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(PROJECT.root, root)
    legs = [
        word for leg in ("proof", "mirror", "execution", "necessity") for word in ("--leg", leg)
    ]
    options = ["--toolchain", "embedded", *legs, "--json", str(tmp_path / "found.json")]
    done = CliRunner().invoke(main, ["-C", str(root), "check", *options])
    assert done.exit_code == 0, done.output
    claims = json.loads((tmp_path / "found.json").read_text("utf-8"))["claims"]
    certified = [
        (claim["name"], check["check"])
        for claim in claims
        for leg in claim["legs"]
        for check in leg["checks"]
        if check["data"].get("certified")
    ]
    wanted = [(n, f"without {h.name}") for n, c in CLAIMS.items() for h in c.hypotheses]
    assert set(wanted) <= set(certified)


def test_what_fails_at_no_size_or_at_a_large_one_alone_is_not_shown() -> None:
    """A sum over nothing is not positive; and there are more than six of seven."""
    own, there = CLAIMS["dot_self_nonneg"], Relation.LESS
    [size] = [p.name for p in own.parameters if not p.is_explicit]
    empty = put(own, then=f"0 < dot(v, v) + (Σ i: index({size}), 1)")
    assert empty.conclusion.relation is there
    evidence = found(empty)
    assert evidence["ground"].outcome is Outcome.REFUTED, evidence["ground"].summary
    few = put(own, then=f"(Σ i: index({size}), 1) ≤ (1 + 1) * (1 + 1 + 1)")
    full = list(numeric(few, PROJECT.library))
    assert full[0].outcome is Outcome.REFUTED, full[0].summary


@pytest.mark.lean
@pytest.mark.slow
def test_choices_are_drafted_from_lean(tmp_path: Path) -> None:
    """Lean's own `max` and `min`, and `if`, of the scalars that the package takes them of."""
    shutil.copytree(PROJECT.root / "lean", tmp_path / "lean")
    options = ["-C", str(tmp_path), "init", "--toolchain", "embedded"]
    done = CliRunner().invoke(main, options)
    assert done.exit_code == 0, done.output
    drafted = load_project(tmp_path)
    assert drafted.library.definitions["relu"] == PROJECT.library.definitions["relu"]
    assert drafted.library.definitions["magnitude"] == PROJECT.library.definitions["magnitude"]
    found_ = {claim.theorem: claim.conclusion for claim in drafted.claims}
    for name in ("max_add_min", "relu_mul", "magnitude_le"):
        assert alpha_equal(found_[name].left, CLAIMS[name].conclusion.left)
        assert alpha_equal(found_[name].right, CLAIMS[name].conclusion.right)

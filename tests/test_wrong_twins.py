"""Folds as people get them wrong: each is refuted by the symbolic and by the numeric leg."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import yaml

from harness.arrays import Evaluators
from harness.claims.hypotheses import assign
from harness.evidence import Outcome
from harness.numeric.check import trivial
from harness.numeric.exact import PrimeFieldCheck, random_functions
from harness.numeric.families import Style
from harness.numeric.leg import check as numeric
from harness.numeric.modular import PRIMES, PrimeField
from harness.numeric.sampling import Sampler
from harness.numeric.spelling import defects
from harness.symbolic.leg import check as symbolic
from tests.arrays.language import CLAIMS, LIBRARY, edited

FOLDS: Mapping[str, Mapping[str, tuple[str, str]]] = yaml.safe_load(
    Path(__file__).with_name("wrong_folds.yaml").read_text("utf-8")
)
TWINS = {name: (of, change) for of, changes in FOLDS.items() for name, change in changes.items()}


def test_there_are_as_many_as_there_should_be() -> None:
    assert len(TWINS) == sum(map(len, FOLDS.values())) >= 65


@pytest.mark.slow
@pytest.mark.parametrize("name", TWINS)
def test_a_wrong_twin_is_refuted_by_two_legs(name: str, tmp_path: Path) -> None:
    """That what it is a twin of is confirmed by both is asked where each leg is tested."""
    theorem, (old, new) = TWINS[name]
    claim = edited(theorem, tmp_path, (old, new))
    assert any(e.outcome is Outcome.REFUTED for e in symbolic(claim, LIBRARY))
    assert any(e.outcome is Outcome.REFUTED for e in numeric(claim, LIBRARY, effort=0.1))


@pytest.mark.parametrize("theorem", [t for t in CLAIMS if "pairs" in t or "layout" in t])
def test_pairs_are_drawn_that_are_not_trivial(theorem: str) -> None:
    """Hypotheses hold in each lane; what carries the keys is not what carries the queries."""
    claim, field = CLAIMS[theorem], PrimeField(PRIMES[0])
    sampler = Sampler(
        claim, Evaluators(LIBRARY), assign(claim, LIBRARY), field, random_functions(field)
    )
    sizes = {p.name: 4 if p.name == "d" else 2 for p in claim.parameters if not p.is_explicit}
    style = Style("rotated pairs", "half-split pairs")
    instance = sampler.draw(np.random.default_rng(0), sizes, 6, [style])
    worst = [d.max() for _, d in defects(claim, Evaluators(LIBRARY), field, instance)]
    assert max(worst) == 0
    assert not trivial(PrimeFieldCheck(claim, LIBRARY, 0).plans, instance).all()
    if "layout" not in theorem:
        assert (instance.array("A") != instance.array("B")).any()

"""The same claims on other array namespaces: what is drawn is the same, and so is what comes out.

`array-api-strict` has nothing but the standard, and devices whose arrays do not mix: an operation
outside the standard, or an array made on the wrong device, fails here.
"""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.arrays import Data
from harness.arrays.backend import PACKAGES, Backend, BackendMissing
from harness.numeric.bounded import Float64Check
from harness.numeric.exact import PrimeFieldCheck
from tests.arrays.language import CLAIMS, LIBRARY, claim_of
from tests.numeric.wrong import WRONG

CHECKS = (PrimeFieldCheck, Float64Check)

PLACES = [("array-api-strict", "device1"), ("torch", "")]
if find_spec("cupy"):
    PLACES.append(("cupy", ""))

FUNCTIONS = """
for:
  n, d: dimension
  f: matrix(d, d) -> vector(n) -> scalar
  g: scalar -> scalar
  A: matrix(d, d)
  u: vector(n)
assume:
  orthogonal: Aᵀ @ A = 1
then: g(f(Aᵀ @ A, u)) = g(f(1, u))
"""


@pytest.fixture(params=PLACES, ids=lambda place: " ".join(place).strip())
def backend(request: pytest.FixtureRequest) -> Backend:
    try:
        return Backend(*request.param)
    except BackendMissing as error:
        pytest.skip(str(error))


@pytest.mark.parametrize("theorem", CLAIMS)
def test_every_claim_holds_there(backend: Backend, theorem: str) -> None:
    for kind in CHECKS:
        here = kind(CLAIMS[theorem], LIBRARY, 3)
        there = kind(CLAIMS[theorem], LIBRARY, 3, backend=backend)
        for number in (0, 4):
            agree(here, there, number)


def agree(here: Any, there: Any, number: int) -> None:
    """Inputs are equal to the bit; results are equal modulo a prime, and within their bounds."""
    one, other = here.draw(number), there.draw(number)
    for name, value in one.instance.values.items():
        if isinstance(value, Data):
            moved = there.placing.backend.fetch(other.values[name].array)
            assert (moved == value.array).all()
    equation = here.plans.claim.conclusion
    first, second = here.compare(one, equation), there.compare(other, equation)
    assert (first.wrong == second.wrong).all()
    assert not second.wrong.any()
    assert second.decided.sum() >= 16
    for a, b in ((first.left, second.left), (first.right, second.right)):
        assert isinstance(b, np.ndarray)
        assert b.dtype == np.float64
        assert a.shape == b.shape
        if isinstance(here, PrimeFieldCheck):
            assert (a == b).all()


def test_functions_of_every_kind(backend: Backend, tmp_path: Path) -> None:
    claim = claim_of(tmp_path, FUNCTIONS)
    for kind in CHECKS:
        agree(kind(claim, LIBRARY, 0), kind(claim, LIBRARY, 0, backend=backend), 0)


@pytest.mark.parametrize("name", WRONG)
def test_what_is_false_is_refuted_there(backend: Backend, name: str, tmp_path: Path) -> None:
    claim = WRONG[name](tmp_path)
    for kind in CHECKS:
        tester = kind(claim, LIBRARY, 0, backend=backend)
        assert any(tester.compare(tester.draw(i), claim.conclusion).wrong.any() for i in range(8))


@pytest.mark.parametrize(
    ("name", "device", "reason"),
    [
        ("numpy", "cuda:0", "cpu alone"),
        ("array-api-strict", "device9", "no device device9"),
        ("torch", "meta", "no double precision|not installed"),
        ("torch", "nonsense", "no device nonsense|not installed"),
    ],
)
def test_what_is_missing_says_so(name: str, device: str, reason: str) -> None:
    with pytest.raises(BackendMissing, match=reason):
        Backend(name, device)


def test_a_backend_without_doubles_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """As JAX does unless told otherwise, and GPUs of some makers: doubles become singles."""
    import array_api_strict

    monkeypatch.setattr(array_api_strict, "float64", array_api_strict.float32)
    with pytest.raises(BackendMissing, match="rounds doubles"):
        Backend("array-api-strict")
    monkeypatch.delattr(array_api_strict, "float64")
    with pytest.raises(BackendMissing, match="no double precision"):
        Backend("array-api-strict")


def test_a_package_that_is_not_installed_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(PACKAGES, "torch", ("no_such_module", "torch"))  # type: ignore[arg-type]
    with pytest.raises(BackendMissing, match="the extra torch of lean-harness brings it"):
        Backend("torch")


def test_no_backend_is_imported_that_was_not_asked_for() -> None:
    script = (
        "import sys, harness.numeric.leg, harness.sweep.run, harness.sweep.executors\n"
        "found = {'torch', 'cupy', 'array_api_strict', 'array_api_compat', 'distributed'}\n"
        "sys.exit(', '.join(found & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.claims.model import Claim
from tests.arrays.language import LIBRARY
from tests.symbolic.claims import build


@pytest.fixture
def claim(tmp_path: Path) -> Callable[..., Claim]:
    """Makes a claim: variables, conclusion, hypotheses."""

    def make(over: str, then: str, assume: dict[str, str] | None = None) -> Claim:
        return build(tmp_path, LIBRARY, over, then, assume)

    return make

"""Small matrices everywhere: one BLAS thread, as the engine itself has it."""

from collections.abc import Iterator

import pytest

from harness.numeric.threads import one_thread


@pytest.fixture(autouse=True, scope="package")
def _one_thread() -> Iterator[None]:
    with one_thread():
        yield

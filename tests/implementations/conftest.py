"""PyTorch on one thread, as in an engine's process: on matrices this small, more only wait."""

from importlib.util import find_spec

import pytest


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    if find_spec("torch") is not None:
        import torch

        torch.set_num_threads(1)

"""What tests in several folders share."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest
from hypothesis import settings

# No test asserts a time: a machine that is busy finds no faults.
settings.register_profile("house", deadline=None)
settings.load_profile("house")


def pytest_collection_finish() -> None:
    """Thousands of tests stay to the end: the garbage collector need not look at them each time.

    It took a third of the time of tests that make many small objects.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def project_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cache of this project for all tests that have Lean build it, so that one of them does."""
    return _of_all_workers(tmp_path_factory, "project")


@pytest.fixture(scope="session")
def isometry_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same of `fixtures/isometry` as it is; a copy that is changed has a cache of its own."""
    return _of_all_workers(tmp_path_factory, "isometry")


def _of_all_workers(tmp_path_factory: pytest.TempPathFactory, name: str) -> Path:
    """A folder of this run: each worker has a temporary folder of its own, in one of them all."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    folder.mkdir(exist_ok=True)
    return folder

"""What tests in several folders share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def project_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cache of this project for all tests that have Lean build it, so that one of them does."""
    return tmp_path_factory.mktemp("project")

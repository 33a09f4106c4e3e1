"""The package's own project, read once."""

from pathlib import Path

import pytest

from harness.claims.project import Project, load_project


@pytest.fixture(scope="session")
def project() -> Project:
    return load_project(Path(__file__).parents[2])

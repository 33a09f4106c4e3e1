"""The package's own project, and its checker's lattice, found once."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from harness.claims.project import Project, load_project
from harness.necessity.lattice import DecidedCell, lattice

ROOT = Path(__file__).parents[2]

Cells = Mapping[frozenset[str], DecidedCell]


@pytest.fixture(scope="session")
def project() -> Project:
    return load_project(ROOT)


@pytest.fixture(scope="session")
def cells(project: Project) -> Cells:
    checker = project.checkers[0]
    return {frozenset(cell.off): cell for cell in lattice(checker, project.library)}

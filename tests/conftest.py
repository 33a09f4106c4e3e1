"""What all tests share: where Lean's build of this package is kept, and who runs beside whom."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def project_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cache of this project for all tests that have Lean build it, so that one of them does."""
    return tmp_path_factory.mktemp("project")


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where pytest runs on several processes (`--dist loadgroup`), one alone starts Lean.

    Each Lean holds more than a gigabyte, and a build of a package takes all the cores there are.
    Another alone opens the browser.
    """
    for item in items:
        for name in ("lean", "browser"):
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.xdist_group(name))

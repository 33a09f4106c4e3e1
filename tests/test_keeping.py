"""Where things are kept: outside the project, in a folder that is this user's alone."""

import os
import stat
from pathlib import Path

import pytest

from harness.keeping import cache_folder, kept_for, kept_or_not


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("HARNESS_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_the_cache_folder_can_be_chosen(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cache_folder() == cache
    monkeypatch.delenv("HARNESS_CACHE_DIR")
    assert cache_folder().name == "lean-harness"


def test_a_project_has_a_folder_of_its_own_outside_itself(cache: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for project in (first, second):
        project.mkdir()
    (tmp_path / "link").symlink_to(first)
    assert kept_for(first) != kept_for(second)
    assert kept_for(first) == kept_for(tmp_path / "link") == kept_for(first / ".." / "first")
    assert kept_for(first).is_relative_to(cache)
    assert list(first.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has such permissions")
def test_nobody_else_can_read_it_or_write_to_it(tmp_path: Path) -> None:
    folder = kept_for(tmp_path)
    folder.chmod(0o777)
    assert stat.S_IMODE(kept_for(tmp_path).stat().st_mode) == 0o700


def test_what_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    folder = kept_for(tmp_path)
    folder.rmdir()
    folder.symlink_to(tmp_path)
    with pytest.raises(OSError, match="not a folder of its own"):
        kept_for(tmp_path)


def test_what_was_kept_of_projects_that_are_gone_goes(cache: Path, tmp_path: Path) -> None:
    kept = {}
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        with kept_or_not(tmp_path / name, print) as folder:
            kept[name] = folder
            (folder / "evidence").mkdir(exist_ok=True)
    assert all(folder.is_dir() for folder in kept.values())
    (tmp_path / "one").rmdir()
    with kept_or_not(tmp_path / "two", print) as folder:
        assert folder == kept["two"]
    (tmp_path / "three").mkdir()
    with kept_or_not(tmp_path / "three", print):
        pass
    assert not kept["one"].exists()
    assert (kept["two"] / "evidence").is_dir()


def test_where_nothing_can_be_kept_there_is_a_place_for_the_run(
    cache: Path, tmp_path: Path
) -> None:
    said: list[str] = []
    cache.touch()
    with kept_or_not(tmp_path, said.append) as folder:
        (folder / "x").touch()
        # So the next run knows whose it was, and removes it where that was killed.
        assert folder.name.startswith(f"harness-{os.getpid()}-")
    assert not folder.exists()
    assert len(said) == 1
    assert said[0].startswith("nothing is kept for the next run: ")
    with kept_or_not(tmp_path, said.append, is_wanted=False) as folder:
        assert not folder.is_relative_to(cache)
    assert len(said) == 1

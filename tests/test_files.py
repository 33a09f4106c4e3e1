"""Files are written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from harness.files import write_atomically, write_together


def test_the_text_is_written(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    write_atomically(path, "Θ\n")
    assert path.read_bytes() == "Θ\n".encode()
    assert list(tmp_path.iterdir()) == [path]


def test_a_failure_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.txt"
    path.write_text("old")

    def full(handle: int) -> None:
        raise OSError(28, "no space left")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        write_atomically(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_encoded_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "out.txt"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(path, "\ud800")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_files_that_belong_together_wait_for_what_can_still_fail(tmp_path: Path) -> None:
    target = tmp_path / "x.json"
    target.write_text("old")
    with pytest.raises(OSError, match="No space left"):
        write_together({target: "new", Path("/dev/full"): "new"})
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


def test_a_link_to_itself_stays_one(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("link")
    with pytest.raises(OSError, match="symbolic links"):
        write_atomically(link, "new")
    assert link.is_symlink()
    assert len(list(tmp_path.iterdir())) == 1

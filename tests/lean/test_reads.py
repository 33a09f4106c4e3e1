"""What a build looked for, and whether it is as it was."""

import json
import os
from pathlib import Path

import pytest

from harness.lean.reads import folder_digest, parse_reads, unchanged


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "package"
    (root / "data").mkdir(parents=True)
    (root / "data" / "one.txt").write_text("1")
    (root / "link").symlink_to("data/one.txt")
    return root


def told(root: Path, *lines: tuple[str, str, str]) -> str:
    return "".join(
        f"{json.dumps([kind, str(root / path), found])}\n" for kind, path, found in lines
    )


ONE = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"
"""The sha256 of `1`, as sha256sum prints it."""


def test_each_change_is_seen(root: Path) -> None:
    text = told(
        root,
        ("path", "data", "folder"),
        ("path", "data/one.txt", ONE),
        ("path", "data/two.txt", "absent"),
        ("path", "link", "link data/one.txt"),
    )
    reads = parse_reads(text, root)
    assert reads is not None
    assert unchanged(reads, root)
    (root / "data" / "one.txt").write_text("2")
    assert not unchanged(reads, root)
    (root / "data" / "one.txt").write_text("1")
    (root / "data" / "two.txt").write_text("")
    assert not unchanged(reads, root)
    (root / "data" / "two.txt").unlink()
    assert unchanged(reads, root)
    (root / "link").unlink()
    (root / "link").write_text("1")
    assert not unchanged(reads, root)


def test_a_list_of_a_folder_counts(root: Path) -> None:
    from hashlib import sha256

    listed = sha256(b"data\0link\0").hexdigest()
    reads = parse_reads(told(root, ("list", ".", listed)), root)
    assert reads is not None
    assert unchanged(reads, root)
    (root / "more").write_text("")
    assert not unchanged(reads, root)


@pytest.mark.parametrize(
    "text",
    ["", "[", '["path", "x", "absent"]', '["path", "x", 3]\n', '["eval", "x", "y"]\n', "3\n"],
)
def test_what_was_cut_short_or_is_something_else_is_not_believed(text: str, root: Path) -> None:
    assert parse_reads(text, root) is None


def test_all_of_a_folder_counts_but_what_tools_put_there(root: Path) -> None:
    before = folder_digest(root)
    for made in (".git/HEAD", ".lake/build/lib/x", ".lake/packages/x/y", "a/__pycache__/x.pyc"):
        path = root / made
        path.parent.mkdir(parents=True)
        path.write_text("x")
    assert folder_digest(root) == before
    (root / ".hidden").write_text("")
    hidden = folder_digest(root)
    assert hidden != before
    os.mkfifo(root / "pipe") if hasattr(os, "mkfifo") else (root / "pipe").write_text("")
    assert folder_digest(root) != hidden

"""The commit of a project is told as git tells it, and no program runs that its folder names."""

import subprocess
import time
from pathlib import Path

import pytest

from harness.results.commit import commit


def git(root: Path, *words: str) -> str:
    who = ("-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "protocol.file.allow=always")
    command = ["git", "-C", str(root), *who, *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.fixture(params=["sha1", "sha256"])
def repository(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    root = tmp_path / "project"
    (root / "inner").mkdir(parents=True)
    (root / "inner" / "a.yaml").write_text("a\n")
    git(root, "init", "--quiet", f"--object-format={request.param}")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "First.")
    return root


def test_it_is_the_one_that_git_tells(repository: Path, tmp_path: Path) -> None:
    assert commit(tmp_path) == ""
    head = git(repository, "rev-parse", "HEAD")
    assert commit(repository) == commit(repository / "inner") == head
    git(repository, "pack-refs", "--all")
    assert commit(repository) == head
    git(repository, "worktree", "add", "--quiet", str(tmp_path / "beside"))
    assert commit(tmp_path / "beside") == head
    git(tmp_path / "beside", "commit", "--quiet", "--allow-empty", "-m", "Second.")
    assert commit(tmp_path / "beside") == git(tmp_path / "beside", "rev-parse", "HEAD") != head
    git(repository, "checkout", "--quiet", "--detach")
    assert commit(repository) == head


def test_what_differs_is_marked(repository: Path) -> None:
    head = git(repository, "rev-parse", "HEAD")
    index = (repository / ".git" / "index").read_bytes()
    (repository / ".git" / "info" / "exclude").write_text("ignored\n")
    (repository / "ignored").touch()
    assert commit(repository) == head
    (repository / "new").touch()
    assert commit(repository) == f"{head}+"
    (repository / "new").unlink()
    (repository / "inner" / "a.yaml").write_text("b\n")
    assert commit(repository) == f"{head}+"
    assert (repository / ".git" / "index").read_bytes() == index


def test_an_edit_in_the_second_of_the_index_is_seen(tmp_path: Path) -> None:
    """Of the same length: git tells it by the time of the index, which a copy has to keep."""
    git(tmp_path, "init", "--quiet")
    time.sleep(1 - time.time() % 1)
    (tmp_path / "a").write_text("a\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "First.")
    (tmp_path / "a").write_text("b\n")
    time.sleep(1.1)
    assert commit(tmp_path).endswith("+")


def test_no_program_runs_that_the_folder_names(repository: Path, tmp_path: Path) -> None:
    note = tmp_path / "ran"
    for name in ("core.fsmonitor", "filter.x.clean", "filter.x.process"):
        git(repository, "config", name, f"touch '{note}'; false")
    (repository / ".gitattributes").write_text("* filter=x\n")
    (repository / "inner" / "a.yaml").write_text("b\n")
    subprocess.run(["git", "-C", str(repository), "status", "--porcelain"], capture_output=True)
    assert note.exists()  # git itself runs it
    note.unlink()
    assert commit(repository).endswith("+")
    assert not note.exists()


@pytest.mark.parametrize("head", ["", "nonsense", "ref: refs/heads/gone", "ref: refs/../../other"])
def test_what_is_no_repository_is_at_no_commit(tmp_path: Path, head: str) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text(head)
    (tmp_path / "other").write_text("0" * 40)
    assert commit(tmp_path) == ""

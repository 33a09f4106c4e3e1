"""At which commit of git a project is, told by git, which is shown no setting of the project's.

The settings of a repository name programs that git runs (`core.fsmonitor`, `filter.*.clean`), and
whoever hands over a folder hands over the `.git` in it. So git is shown the objects, the index and
the files from an empty repository of our own.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

from harness.lifetime import temporary_folder

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SECONDS = 30
"""For one question to git."""


def commit(root: Path) -> str:
    """The commit that `root` is at, with `+` where files differ from it; empty outside of git.

    Of a submodule it is seen which commit it is at, and not whether files in it differ from that.
    """
    tree = next((f for f in (root, *root.parents) if os.path.lexists(f / ".git")), None)
    if tree is None:
        return ""
    try:
        own = tree / ".git"
        if own.is_file():  # of a worktree or a submodule
            own = tree / _line(own).removeprefix("gitdir: ")
        shared = own / _line(own / "commondir") if (own / "commondir").is_file() else own
        found = _head(own, shared)
        with temporary_folder() as place:
            return f"{found}+" if _differs(found, tree, own, shared, Path(place)) else found
    except (OSError, ValueError, subprocess.SubprocessError):
        return ""


def _head(own: Path, shared: Path) -> str:
    """The commit that is checked out. Raises ValueError where none is told."""
    said = _line(own / "HEAD")
    if said.startswith("ref: refs/") and ".." not in said:
        name = said.removeprefix("ref: ")
        if (shared / name).is_file():
            said = _line(shared / name)
        else:
            packed = (shared / "packed-refs").read_text("utf-8")
            kept = re.search(rf"^([0-9a-f]+) {re.escape(name)}$", packed, re.MULTILINE)
            said = kept[1] if kept else ""
    if not _COMMIT.fullmatch(said):
        raise ValueError("no commit")
    return said


def _differs(found: str, tree: Path, own: Path, shared: Path, place: Path) -> bool:
    """Whether files differ from a commit, by the index of `own` and the objects of `shared`."""
    environment = {
        **os.environ,
        "GIT_DIR": str(place),
        "GIT_WORK_TREE": str(tree),
        "GIT_INDEX_FILE": str(place / "index"),
        "GIT_OBJECT_DIRECTORY": str(shared / "objects"),
    }
    environment.pop("GIT_COMMON_DIR", None)

    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", *words],
            cwd=tree,
            env=environment,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_SECONDS,
            check=True,
        )
        return done.stdout

    form = "sha1" if len(found) == 40 else "sha256"
    git("init", "--quiet", "--template=", f"--object-format={form}")
    (place / "HEAD").write_text(f"{found}\n")
    # With their times: git looks into files that were written in the second of the index.
    for file in (own / "index", *own.glob("sharedindex.*")):
        shutil.copy2(file, place / file.name)
    (place / "info").mkdir(exist_ok=True)
    with suppress(FileNotFoundError):
        shutil.copyfile(shared / "info" / "exclude", place / "info" / "exclude")
    return bool(git("status", "--porcelain", "--ignore-submodules=dirty"))


def _line(path: Path) -> str:
    if not path.is_file():  # a pipe would have us wait for ever
        raise FileNotFoundError(path)
    with path.open("rb") as file:
        return file.read(4096).decode().strip()

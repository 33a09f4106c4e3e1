"""Lean modules of the harness's own: compiled once for a user and a Lean, imported after that.

The embedded Lean elaborates the inspector's text in some 15 seconds, and imports it in one.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from hashlib import file_digest
from importlib.resources import files
from pathlib import Path
from shutil import rmtree

from harness.keeping import cache_folder, digest, keep, recall
from harness.lean.process import one_at_a_time
from harness.lean.toolchain import Caller, compile_file

_SECONDS = 600.0
"""How long one may take to compile."""

_OLD = 30 * 24 * 3600
"""Seconds after which what another version of the harness compiled is thrown away."""


class NotCompiled(Exception):
    """Lean did not take a module of the harness's own; says why, in Lean's words."""


def compiled(texts: Mapping[str, str], caller: Caller) -> Path:
    """The folder from which Lean imports these modules, given by name with their texts.

    None of them imports another. Raises `NotCompiled`, `Stopped`, and OSError where they can be
    kept neither with the user nor with the project.
    """
    key = digest(caller.lean.identity, _INDEX, sorted(texts.items()))
    try:
        return _compiled_in(cache_folder() / "modules", key, texts, caller)
    except OSError:
        return _compiled_in(caller.cache / "modules", key, texts, caller)


_INDEX = (files("harness.lean") / "Index.lean").read_text("utf-8")


def _compiled_in(place: Path, key: str, texts: Mapping[str, str], caller: Caller) -> Path:
    folder = place / key
    record = folder / "compiled.json"
    folder.mkdir(parents=True, exist_ok=True)
    # Each has its own: nobody waits for one that is there while another is compiled.
    with one_at_a_time(place / f"{key}.lock", caller.stop, caller.say):
        if recall(record, key, dict[str, str]) == dict(_digests(folder)):
            return folder
        record.unlink(missing_ok=True)
        for name, text in texts.items():
            _compile(folder, name, text, caller)
        keep(record, key, dict(_digests(folder)))
        for other in place.iterdir():
            with suppress(OSError):
                if other != folder and time.time() - other.stat().st_mtime > _OLD:
                    rmtree(other)
    return folder


def _compile(folder: Path, name: str, text: str, caller: Caller) -> None:
    caller.say(f"Lean: compiling {name}, once")
    source = folder / f"{name.replace('.', '/')}.lean"
    source.parent.mkdir(exist_ok=True)
    source.write_text(f"{text}\n{_INDEX}", encoding="utf-8")
    run = compile_file(
        caller.lean,
        source.relative_to(folder).as_posix(),
        root=folder,
        outputs=source.with_suffix(""),
        timeout=_SECONDS,
        stop=caller.stop,
    )
    if not run.ok or not source.with_suffix(".olean").is_file():
        raise NotCompiled(f"{name} does not compile: {run.complaint}")


def _digests(folder: Path) -> Iterator[tuple[str, str]]:
    """The digest of each file that Lean reads, by its name in the folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".json":
            with path.open("rb") as content:
                yield (
                    path.relative_to(folder).as_posix(),
                    file_digest(content, "sha256").hexdigest(),
                )

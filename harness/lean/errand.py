"""One Lean file that is run once for what it writes to `answer.txt`, and whose answer is kept."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from harness.files import write_atomically
from harness.lean.build import Build
from harness.lean.process import Signal, one_at_a_time
from harness.lean.toolchain import LeanRun, Toolchain

SECONDS = 600.0


class ErrandFailed(Exception):
    """Lean came to no answer; says why, in Lean's own words where it has any."""


@dataclass(frozen=True)
class Errand:
    """What Lean is to run, and with what beside it."""

    name: str
    program: str
    """The text of the Lean file."""
    inputs: Mapping[str, str]
    """Files that it reads, by name."""
    ends_with: str = "end\n"
    """How an answer ends that was not cut short."""
    modules: tuple[str, ...] | None = None
    """The modules of the package that the answer depends on, with what they import; or all."""


def run_errand(
    errand: Errand,
    build: Build,
    toolchain: Toolchain,
    *,
    folder: Path,
    stop: Signal | None = None,
    on_start: Callable[[], None] = lambda: None,
) -> tuple[str, float]:
    """The answer, and how many seconds Lean took when it was asked.

    The answer to the same question about the same build by the same Lean is not asked for again.
    Raises ErrandFailed, and Stopped once `stop` is set.
    """
    files = {f"{errand.name}.lean": errand.program, **errand.inputs}
    key = _digest(_built(errand, build), toolchain.identity, json.dumps(files, sort_keys=True))
    kept = folder / "answer.json"
    folder.mkdir(parents=True, exist_ok=True)
    with one_at_a_time(folder / "lock", stop):
        known = _recall(kept, key)
        if known is not None:
            return known
        on_start()
        text, run = _ask(errand, files, build, toolchain, folder, stop)
        data = {"key": key, "seconds": run.seconds, "answer": text}
        write_atomically(kept, json.dumps({**data, "checksum": _checksum(data)}))
    return text, run.seconds


def _ask(
    errand: Errand,
    files: Mapping[str, str],
    build: Build,
    toolchain: Toolchain,
    folder: Path,
    stop: Signal | None,
) -> tuple[str, LeanRun]:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    if build.package.lean_toolchain:
        # The folder is no package; the version manager is to choose the package's Lean here too.
        (folder / "lean-toolchain").write_text(build.package.lean_toolchain + "\n")
    answer = folder / "answer.txt"
    answer.unlink(missing_ok=True)
    run = toolchain.run(
        ["--json", f"{errand.name}.lean"],
        root=folder,
        lean_path=[build.library],
        writable=[folder],
        timeout=SECONDS,
        stop=stop,
    )
    text = answer.read_text("utf-8") if answer.is_file() else ""
    _check(errand, text, run)
    return text, run


def _built(errand: Errand, build: Build) -> str:
    if errand.modules is None:
        return build.key
    return json.dumps({name: build.modules[name].key for name in errand.modules})


def _check(errand: Errand, text: str, run: LeanRun) -> None:
    if not run.ok:
        raise ErrandFailed(run.complaint)
    if not text.endswith(errand.ends_with):
        raise ErrandFailed("Lean's answer was cut short.")


def _recall(path: Path, key: str) -> tuple[str, float] | None:
    try:
        data = json.loads(path.read_text("utf-8"))
        checksum = data.pop("checksum")
        if checksum != _checksum(data) or data["key"] != key:
            return None
        return str(data["answer"]), float(data["seconds"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _checksum(data: dict[str, object]) -> str:
    return _digest(json.dumps(data, sort_keys=True))


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()

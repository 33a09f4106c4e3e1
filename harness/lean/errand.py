"""One Lean file that is run once for what it writes to `answer.txt`, and whose answer is kept."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from harness.keeping import digest, keep, recall
from harness.lean.build import Build
from harness.lean.messages import Message
from harness.lean.own import NotCompiled, compiled
from harness.lean.process import one_at_a_time
from harness.lean.toolchain import Caller, LeanRun

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
    own: Mapping[str, str] = field(default_factory=dict)
    """The modules of the harness's own that it imports, by name: their texts."""
    ends_with: str = "end\n"
    """How an answer ends that was not cut short."""
    modules: tuple[str, ...] | None = None
    """The modules of the package that the answer depends on, with what they import; or all."""
    seconds: float = SECONDS
    """How long Lean may take."""
    bears_errors: bool = False
    """Whether an error that Lean reports in the file is a part of the answer, and not its end."""


@dataclass(frozen=True)
class Told:
    """What Lean wrote until it ended."""

    text: str
    seconds: float
    messages: tuple[Message, ...] = ()
    """What it said of the file."""
    complaint: str = ""
    """Why the answer is not whole; empty where it is."""

    @property
    def errors(self) -> tuple[Message, ...]:
        """What it reported in the file as an error."""
        return tuple(message for message in self.messages if message.is_error)


def tell(
    errand: Errand,
    build: Build,
    caller: Caller,
    *,
    folder: str,
    what: str,
) -> Told:
    """What Lean wrote, whole or not; only what is whole is kept, in a folder of this name.

    Raises ErrandFailed where the question cannot be put, and Stopped once it is called off or its
    time is over.
    """
    files = {f"{errand.name}.lean": errand.program, **errand.inputs}
    key = digest(_built(errand, build), caller.lean.identity, sorted(files.items()), errand.own)
    place = caller.cache / folder
    kept = place / "answer.json"
    try:
        place.mkdir(parents=True, exist_ok=True)
        with one_at_a_time(place / "lock", caller.stop):
            known = recall(kept, key, Told)
            if known is not None:
                return known
            caller.say(f"Lean: {what}")
            told = _ask(errand, files, build, caller, place)
            if not told.complaint:
                with suppress(OSError):  # what cannot be kept is asked for again
                    keep(kept, key, told)
            return told
    except NotCompiled as error:
        raise ErrandFailed(str(error)) from None
    except OSError as error:
        raise ErrandFailed(f"{place} cannot be worked in: {error}") from None


def _ask(
    errand: Errand,
    files: Mapping[str, str],
    build: Build,
    caller: Caller,
    folder: Path,
) -> Told:
    own = [compiled(errand.own, caller)] if errand.own else []
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    if build.package.lean_toolchain:
        # The folder is no package; the version manager is to choose the package's Lean here too.
        (folder / "lean-toolchain").write_text(build.package.lean_toolchain + "\n")
    answer = folder / "answer.txt"
    answer.unlink(missing_ok=True)
    run = caller.lean.run(
        ["--json", f"{errand.name}.lean"],
        root=folder,
        lean_path=[*own, build.library],
        writable=[folder],
        timeout=errand.seconds,
        stop=caller.stop,
    )
    text = answer.read_text("utf-8", errors="replace") if answer.is_file() else ""
    return Told(text, run.seconds, run.messages, _complaint(errand, text, run))


def _built(errand: Errand, build: Build) -> object:
    if errand.modules is None:
        return build.key
    return {name: build.modules[name].key for name in errand.modules}


def _complaint(errand: Errand, text: str, run: LeanRun) -> str:
    is_whole = text.endswith(errand.ends_with)
    if errand.bears_errors and is_whole and run.exit_code in (0, 1):
        return ""
    if not run.ok:
        return run.complaint
    return "" if is_whole else "Lean's answer was cut short."

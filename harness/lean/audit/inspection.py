"""One run of Lean that looks into a built package: all that the proof and mirror legs need."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from harness.lean.audit.answer import Answer, Malformed, read_answer
from harness.lean.build import Build
from harness.lean.process import Signal
from harness.lean.store import write_whole
from harness.lean.toolchain import LeanRun, Toolchain

SECONDS = 600.0


class InspectionFailed(Exception):
    """Lean came to no answer; says why, in Lean's own words where it has any."""


def inspector() -> str:
    """The Lean file that does the work: the inspector, with the reference definitions in it."""
    text = (files("harness.lean.audit") / "Inspector.lean").read_text("utf-8")
    reference = (files("harness.lean.mirror") / "Reference.lean").read_text("utf-8")
    return text.replace("-- reference definitions\n", reference)


def request(build: Build, references: Sequence[str], comparisons: Sequence[str]) -> str:
    """What the inspector is asked, as the text of `request.txt`."""
    package = build.package
    built = [name for name, module in build.modules.items() if module.ok]
    outside = {
        item.module
        for name in built
        for item in package.modules[name].header.imports
        if item.module not in package.modules
    }
    lines = [f"module\t{name}" for name in built]
    lines += [f"base\t{name}" for name in sorted({"Init", *outside})]
    lines += [f"reference\t{name}" for name in references]
    return "\n".join([*lines, *comparisons])


def inspect(
    build: Build,
    toolchain: Toolchain,
    references: Sequence[str],
    comparisons: Sequence[str],
    *,
    folder: Path,
    stop: Signal | None = None,
) -> tuple[Answer, float]:
    """What Lean finds in the package, and how many seconds it took when it was asked.

    What was found before, for the same sources, toolchain and questions, is not asked again.
    Raises InspectionFailed, and Stopped once `stop` is set.
    """
    program, asked = inspector(), request(build, references, comparisons)
    key = _digest(build.key, toolchain.identity, program, asked)
    kept = folder / "answer.json"
    known = _recall(kept, key)
    if known is not None:
        return known
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "Inspector.lean").write_text(program, encoding="utf-8")
    (folder / "request.txt").write_text(asked, encoding="utf-8")
    if build.package.lean_toolchain:
        # The folder is no package; the version manager is to choose the package's Lean here too.
        (folder / "lean-toolchain").write_text(build.package.lean_toolchain + "\n")
    answer_file = folder / "answer.txt"
    answer_file.unlink(missing_ok=True)
    run = toolchain.run(
        ["--json", "Inspector.lean"],
        root=folder,
        lean_path=[build.library],
        writable=[folder],
        timeout=SECONDS,
        stop=stop,
    )
    text = answer_file.read_text("utf-8") if answer_file.is_file() else ""
    answer = _checked(text, run)
    data = {"key": key, "seconds": run.seconds, "answer": text}
    write_whole(kept, json.dumps({**data, "checksum": _checksum(data)}))
    return answer, run.seconds


def _checked(text: str, run: LeanRun) -> Answer:
    try:
        answer = read_answer(text)
    except Malformed as error:
        raise InspectionFailed(f"The inspector wrote a line that means nothing: {error}") from None
    if not run.ok:
        raise InspectionFailed(run.complaint)
    if not answer.complete:
        raise InspectionFailed(f"The inspector did not come to its end. {run.complaint}")
    return answer


def _recall(path: Path, key: str) -> tuple[Answer, float] | None:
    try:
        data = json.loads(path.read_text("utf-8"))
        checksum = data.pop("checksum")
        if checksum != _checksum(data) or data["key"] != key:
            return None
        answer = read_answer(data["answer"])
        return (answer, float(data["seconds"])) if answer.complete else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, Malformed):
        return None


def _checksum(data: dict[str, object]) -> str:
    return _digest(json.dumps(data, sort_keys=True))


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()

"""The embedded Lean behind the common interface."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path
from typing import Literal, Unpack

from harness.lean.embedded import glue, install, node
from harness.lean.embedded.release import LEAN_COMMIT, LEAN_VERSION
from harness.lean.messages import Message, parse_output, without_noise
from harness.lean.package import Package
from harness.lean.process import Finished, Signal, StoodStill, execute
from harness.lean.toolchain import LeanRun, Progress, Sight

_STILL = 90.0
"""Seconds without computing after which Lean is started anew, once.

One run in some thousands was seen to wait for ever after Lean had started; why is not known.
"""

_LIBRARY = "/.lean-toolchain/lib/lean"
"""Where the runner puts Lean's own library."""


@dataclass(frozen=True)
class EmbeddedToolchain:
    """Lean for WebAssembly, in the folder `folder`, run by the program `node`."""

    folder: Path
    node: Path
    version: str = LEAN_VERSION
    commit: str = LEAN_COMMIT
    kind: Literal["embedded"] = "embedded"
    takes_all_for_modules: bool = True
    memory: int = 5 << 29  # 2.5 GB: its memory is limited to 2 GiB, and Node needs some itself

    @property
    def identity(self) -> str:
        return f"embedded {self.version} {self.commit} {glue.recipe()}"

    def run(
        self, arguments: Sequence[str | Path], *, root: Path, **sight: Unpack[Sight]
    ) -> LeanRun:
        """See `Toolchain.run`. Lean sees the folders that are named of the disk, no more.

        `arguments` may name files in those folders alone.
        """
        lean_path, reads = sight.get("lean_path", ()), sight.get("reads")
        watched = (root, *sight.get("readable", ()))
        mounts = list(_mounts(watched, lean_path, sight.get("writable", ())))
        search = [_LIBRARY, *(_seen(path.resolve()) for path in lean_path)]
        settings = {
            "toolchain": str(self.folder),
            # One thread for Lean's tasks: each costs a second of start-up, and modules that do not
            # depend on each other are checked by several processes at once.
            "threads": 1,
            "arguments": ["-j1", *map(_word, arguments)],
            "folder": _seen(root.resolve()),
            "environment": {"LEAN_PATH": ":".join(search)},
            "mounts": mounts,
            "instead": {
                str(path.resolve()): str(other.resolve())
                for path, other in sight.get("instead", {}).items()
            },
            "reads": None if reads is None else str(reads.resolve()),
        }
        with as_file(files("harness.lean.embedded").joinpath("runner.cjs")) as runner:
            start = partial(
                execute,
                [self.node, runner, json.dumps(settings)],
                cwd=self.folder,
                environment=_environment(),
                stdin=sight.get("stdin"),
                timeout=sight.get("timeout"),
                still=_STILL,
                stop=sight.get("stop"),
            )
            done: Finished
            try:
                done = start()
            except StoodStill:  # what it had written is written anew
                done = start()
        messages, output = parse_output(done.output)
        errors = without_noise(done.errors)
        return LeanRun(done.exit_code, messages, output, errors, done.seconds)

    def build_elsewhere(
        self, package: Package, *, timeout: float | None = None, stop: Signal | None = None
    ) -> tuple[Message, ...]:
        """Nothing: the embedded Lean cannot start programs, so it has no `lake`."""
        return ()


def embedded_toolchain(on_progress: Progress | None = None) -> EmbeddedToolchain:
    """The embedded Lean, installed now if it is not there yet. Raises ToolchainMissing."""
    program = node.node()
    folder = install.installed() or install.install(on_progress=on_progress)
    return EmbeddedToolchain(folder, program)


def _mounts(
    watched: Sequence[Path], lean_path: Sequence[Path], writable: Sequence[Path]
) -> Iterator[dict[str, str | bool]]:
    sources = {path.resolve() for path in watched}
    outputs = {path.resolve() for path in writable}
    # Outer folders first: an inner one lies over what it stands in.
    wanted = sources | outputs | {path.resolve() for path in lean_path}
    for path in sorted(wanted, key=lambda path: len(path.parts)):
        if path.is_dir():
            yield {
                "at": _seen(path),
                "from": str(path),
                "writable": path in outputs,
                "watched": path in sources - outputs,
            }


def _word(argument: str | Path) -> str:
    return _seen(argument.resolve()) if isinstance(argument, Path) else argument


def _seen(path: Path) -> str:
    """The name by which Lean knows a folder: its own, except that Windows has drives."""
    if not path.drive:
        return path.as_posix()
    return "/" + path.as_posix().replace(":", "", 1)


def _environment() -> dict[str, str]:
    # Options for another Node, such as a debugger's, do not belong to this one.
    return {name: value for name, value in os.environ.items() if not name.startswith("NODE_")}

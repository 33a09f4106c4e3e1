"""The Lean that is installed on the machine, driven through `lake`."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from harness.lean.messages import Message, parse_lake, parse_output
from harness.lean.package import Package
from harness.lean.process import Signal, Stopped, execute
from harness.lean.toolchain import LeanRun, ToolchainMissing

_VERSION = re.compile(r"version (?P<version>[^,\s)]+)")
_COMMIT = re.compile(r"commit (?P<commit>[0-9a-f]{7,40})")

REMEDY = "Install Lean with elan (https://lean-lang.org/install), so that `lake` is on PATH."

# elan fetches the version that a package asks for when it is first run.
_FIRST_RUN = 900.0


@dataclass(frozen=True)
class NativeToolchain:
    """`lake` on PATH, and the Lean that it stands for."""

    lake: Path
    version: str
    commit: str
    kind: Literal["native"] = "native"
    memory: int = 2 << 30

    @property
    def identity(self) -> str:
        return f"native {self.version} {self.commit}"

    def run(
        self,
        arguments: Sequence[str | Path],
        *,
        root: Path,
        lean_path: Sequence[Path] = (),
        writable: Sequence[Path] = (),
        stdin: str | None = None,
        timeout: float | None = None,
        stop: Signal | None = None,
    ) -> LeanRun:
        """See `Toolchain.run`. `writable` is not enforced here."""
        environment = dict(os.environ)
        if lean_path:
            # `lake env` keeps what stands here in front of the package's own build folder.
            environment["LEAN_PATH"] = os.pathsep.join(str(path.resolve()) for path in lean_path)
        done = execute(
            [self.lake, "env", "lean", *_absolute(arguments)],
            cwd=root,
            environment=environment,
            stdin=stdin,
            timeout=timeout,
            stop=stop,
        )
        messages, output = parse_output(done.output)
        return LeanRun(done.exit_code, messages, output, done.errors, done.seconds)

    def build_elsewhere(
        self, package: Package, *, timeout: float | None = None, stop: Signal | None = None
    ) -> tuple[Message, ...]:
        """Run `lake build` on the package's libraries, and `leanchecker` on what it built.

        Neither the exit code nor the words are believed alone: a non-zero exit code, a printed
        error, and a module without its `.olean` each come back as an error.
        """
        done = execute([self.lake, "build"], cwd=package.root, timeout=timeout, stop=stop)
        said = done.output + done.errors
        messages = list(parse_lake(said))
        if done.exit_code != 0 and not any(message.is_error for message in messages):
            last = "\n".join(said.strip().splitlines()[-5:])
            text = f"`lake build` ended with exit code {done.exit_code}.\n{last}".rstrip()
            messages.append(Message("", 0, 0, "error", text))
        for name in package.order:
            if not package.lake_output(name).is_file():
                file = package.modules[name].file
                text = f"`lake build` left no .olean of {name}."
                messages.append(Message(file, 1, 1, "error", text))
        if not any(message.is_error for message in messages):
            messages += self._replay(package, timeout, stop)
        return tuple(messages)

    def _replay(
        self, package: Package, timeout: float | None, stop: Signal | None
    ) -> Iterator[Message]:
        """What `leanchecker` says, which gives every declaration to the kernel again."""
        checker = self._checker(package.root)
        if checker is None:
            text = f"Lean {self.version} comes without leanchecker; the harness replays by itself."
            yield Message("", 0, 0, "information", text)
            return
        done = execute(
            [self.lake, "env", checker, *package.order],
            cwd=package.root,
            timeout=timeout,
            stop=stop,
        )
        said = (done.output + done.errors).strip()
        if done.exit_code != 0:
            last = "\n".join(said.splitlines()[-5:])
            yield Message("", 0, 0, "error", f"`leanchecker` refuses the package: {last}")

    def _checker(self, root: Path) -> Path | None:
        """The `leanchecker` that comes with this Lean, if one does."""
        done = execute([self.lake, "env", "lean", "--print-prefix"], cwd=root, timeout=_FIRST_RUN)
        found = Path(done.output.strip()) / "bin" / "leanchecker"
        return found if done.exit_code == 0 and found.is_file() else None


def _absolute(arguments: Sequence[str | Path]) -> list[str]:
    return [str(word.resolve()) if isinstance(word, Path) else word for word in arguments]


def native_toolchain(root: Path | None = None) -> NativeToolchain:
    """The Lean that `lake` on PATH stands for, in the folder `root`.

    Raises ToolchainMissing when there is none, or when it cannot tell its version.
    """
    lake = shutil.which("lake")
    if lake is None:
        raise ToolchainMissing("There is no `lake` on PATH.", REMEDY)
    try:
        done = execute(
            [lake, "env", "lean", "--version"], cwd=root or Path.cwd(), timeout=_FIRST_RUN
        )
    except (OSError, Stopped) as error:
        raise ToolchainMissing(f"`lake` does not run: {error}.", REMEDY) from None
    found = _VERSION.search(done.output)
    if done.exit_code != 0 or found is None:
        said = (done.errors or done.output).strip().splitlines()
        reason = f"`lake env lean --version` ended with exit code {done.exit_code}"
        raise ToolchainMissing(f"{reason}: {said[-1] if said else 'no output'}.", REMEDY)
    commit = _COMMIT.search(done.output)
    return NativeToolchain(Path(lake), found["version"], commit["commit"] if commit else "")

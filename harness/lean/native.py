"""The Lean that is installed on the machine, driven through `lake`."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Unpack

from harness.lean.messages import Message, parse_lake, parse_output
from harness.lean.package import Package
from harness.lean.process import Signal, Stopped, execute
from harness.lean.toolchain import LeanRun, Sight, ToolchainMissing

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
    lean: Path
    """The program itself, so that nothing decides about its search path but what stands here."""
    library: Path
    """Where the modules lie that come with it."""
    kind: Literal["native"] = "native"
    takes_all_for_modules: bool = False
    memory: int = 2 << 30

    @property
    def identity(self) -> str:
        return f"native {self.version} {self.commit}"

    def run(
        self, arguments: Sequence[str | Path], *, root: Path, **sight: Unpack[Sight]
    ) -> LeanRun:
        """See `Toolchain.run`. What it reads and writes is neither bounded nor watched here.

        Lean's own library comes before `lean_path`, as it does in the embedded one.
        """
        search = os.pathsep.join(
            str(path.resolve()) for path in (self.library, *sight.get("lean_path", ()))
        )
        environment = {**os.environ, "LEAN_PATH": search}
        done = execute(
            [self.lean, *_absolute(arguments)],
            cwd=root,
            environment=environment,
            stdin=sight.get("stdin"),
            timeout=sight.get("timeout"),
            stop=sight.get("stop"),
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
        checker = self._checker()
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

    def _checker(self) -> Path | None:
        """The `leanchecker` that comes with this Lean, if one does."""
        found = self.lean.with_name("leanchecker")
        return found if found.is_file() else None


def _absolute(arguments: Sequence[str | Path]) -> list[str]:
    return [str(word.resolve()) if isinstance(word, Path) else word for word in arguments]


def native_toolchain(root: Path | None = None) -> NativeToolchain:
    """The Lean that `lake` on PATH stands for, in the folder `root`.

    Raises ToolchainMissing when there is none, or when it cannot tell its version.
    """
    lake = shutil.which("lake")
    if lake is None:
        raise ToolchainMissing("There is no `lake` on PATH.", REMEDY)
    version = _asked(lake, root, "--version")
    found = _VERSION.search(version)
    if found is None:
        reason = f"`lake env lean --version` does not say which Lean it is: {version!r}."
        raise ToolchainMissing(reason, REMEDY)
    prefix = Path(_asked(lake, root, "--print-prefix"))
    library = Path(_asked(lake, root, "--print-libdir"))
    commit = _COMMIT.search(version)
    return NativeToolchain(
        Path(lake),
        found["version"],
        commit["commit"] if commit else "",
        prefix / "bin" / ("lean.exe" if os.name == "nt" else "lean"),
        library,
    )


def _asked(lake: str, root: Path | None, word: str) -> str:
    """What the Lean of the folder `root` answers to one question about itself."""
    question = f"`lake env lean {word}`"
    try:
        done = execute([lake, "env", "lean", word], cwd=root or Path.cwd(), timeout=_FIRST_RUN)
    except (OSError, Stopped) as error:
        raise ToolchainMissing(f"{question} does not run: {error}.", REMEDY) from None
    answer = done.output.strip()
    if done.exit_code != 0 or not answer:
        said = (done.errors or done.output).strip().splitlines()
        reason = f"{question} ended with exit code {done.exit_code}"
        raise ToolchainMissing(f"{reason}: {said[-1] if said else 'no output'}.", REMEDY)
    return answer

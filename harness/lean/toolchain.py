"""One interface to Lean, whether it is installed on the machine or carried by this package."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, TypedDict, Unpack

from harness.lean.messages import Message
from harness.lean.package import Package
from harness.lean.process import Signal

Kind = Literal["native", "embedded"]
Preference = Literal["auto", "native", "embedded"]
Progress = Callable[[str], None]


class ToolchainMissing(Exception):
    """There is no Lean of the wanted kind; says why, and what to do about it."""

    def __init__(self, reason: str, remedy: str) -> None:
        self.reason = reason
        self.remedy = remedy
        super().__init__(f"{reason} {remedy}")


@dataclass(frozen=True)
class LeanRun:
    """What one run of Lean came to.

    `output` and `errors` are what it printed besides messages, on standard output and standard
    error.
    """

    exit_code: int
    messages: tuple[Message, ...]
    output: str
    errors: str
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether Lean ended well and reported no error."""
        return self.exit_code == 0 and not any(message.is_error for message in self.messages)

    @property
    def complaint(self) -> str:
        """Why it is not `ok`, in Lean's words; for a run that died without a message, its last."""
        found = [str(message) for message in self.messages if message.is_error]
        if found:
            return "\n".join(found)
        last = (self.errors or self.output).strip().splitlines()[-5:]
        return "\n".join([f"Lean ended with exit code {self.exit_code}.", *last])


class Sight(TypedDict, total=False):
    """What a run of Lean sees and may do, beside the folder that it runs in; `Toolchain.run`."""

    lean_path: Sequence[Path]
    readable: Sequence[Path]
    writable: Sequence[Path]
    instead: Mapping[Path, Path]
    reads: Path | None
    stdin: str
    timeout: float | None
    stop: Signal | None


class Toolchain(Protocol):
    """A Lean that can be run. Two of them that answer alike are alike in `identity`."""

    @property
    def kind(self) -> Kind: ...

    @property
    def version(self) -> str:
        """Lean's version, such as `4.28.0`."""

    @property
    def commit(self) -> str:
        """The commit that Lean was built from, in full where Lean tells it."""

    @property
    def identity(self) -> str:
        """All that tells this Lean from another, for the keys of caches."""

    @property
    def takes_all_for_modules(self) -> bool:
        """Whether a file without `module` is read as if it had it, and so keeps all to itself."""

    @property
    def memory(self) -> int:
        """How many bytes one run may need; bounds how many run at once."""

    def run(
        self, arguments: Sequence[str | Path], *, root: Path, **sight: Unpack[Sight]
    ) -> LeanRun:
        """Run Lean's command line in the folder `root`, with `lean_path` to import from.

        Relative names in `arguments` are relative to `root`; give every other place as a `Path`.
        It is to write to the folders in `writable` alone, and the embedded Lean can neither write
        nor read elsewhere than in these folders. That one gets the text of another file where
        `instead` says so, and writes down in the file `reads` what it looked for in `root` and
        `readable` (see `harness.lean.reads`). Raises Stopped after `timeout` seconds, or once
        `stop` is set.
        """

    def build_elsewhere(
        self, package: Package, *, timeout: float | None = None, stop: Signal | None = None
    ) -> tuple[Message, ...]:
        """Have the toolchain's own build tool build the package; what it says, errors included.

        Empty where there is no such tool. Raises Stopped as `run` does.
        """


@dataclass(frozen=True)
class Caller:
    """Who asks Lean: which one, where answers are kept, who hears of it, who may call it off."""

    lean: Toolchain
    cache: Path
    say: Progress = lambda text: None
    stop: Signal | None = None

    @property
    def is_called_off(self) -> bool:
        """Whether nobody wants the answer any more."""
        return self.stop is not None and self.stop.is_set()


def compile_file(
    toolchain: Toolchain,
    source: str | Path,
    *,
    root: Path,
    outputs: Path | None = None,
    options: Sequence[str] = (),
    source_dir: str = ".",
    **sight: Unpack[Sight],
) -> LeanRun:
    """Check one Lean file; `options` are words such as `-DautoImplicit=false`.

    `outputs` names the files to write, without their endings (`build/Foo/Bar` for
    `build/Foo/Bar.olean` and the rest); nothing is written without it. Raises Stopped.
    """
    arguments: list[str | Path] = ["--json", *options]
    if outputs is not None:
        outputs.parent.mkdir(parents=True, exist_ok=True)
        sight["writable"] = [outputs.parent]
        olean = outputs.with_name(outputs.name + ".olean")
        ilean = outputs.with_name(outputs.name + ".ilean")
        arguments += ["-R", source_dir, "-o", olean, "-i", ilean]
    if isinstance(source, str) and "/" not in source:
        # Lean looks for what a file includes in the folder of that file, which a bare name lacks.
        source = f"./{source}"
    return toolchain.run([*arguments, source], root=root, **sight)

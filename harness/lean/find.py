"""Which Lean to use: the machine's own, or the one that is brought along."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from harness.lean.embedded.toolchain import embedded_toolchain
from harness.lean.native import NativeToolchain, native_toolchain
from harness.lean.package import Package, read_package
from harness.lean.process import Signal
from harness.lean.toolchain import Caller, Preference, Progress, Toolchain, ToolchainMissing


def find_toolchain(
    preference: Preference = "auto",
    *,
    root: Path | None = None,
    on_progress: Progress | None = None,
) -> Toolchain:
    """A Lean that runs: the machine's own if it has `lake`, else the embedded one.

    The embedded one is installed on first use, which takes a minute. `root` is the package that is
    to be built, since its `lean-toolchain` may choose the native version. Raises ToolchainMissing.
    """
    if preference == "native":
        return native_toolchain(root)
    if preference == "embedded":
        return embedded_toolchain(on_progress)
    try:
        return native_toolchain(root)
    except ToolchainMissing as native:
        if on_progress is not None:
            on_progress(f"{native.reason} Using the embedded Lean.")
        try:
            return embedded_toolchain(on_progress)
        except ToolchainMissing as embedded:
            reason = f"{native.reason} {embedded.reason}"
            raise ToolchainMissing(reason, f"{embedded.remedy} Or: {native.remedy}") from None


def caller_for(
    root: Path,
    preference: str,
    cache: Path,
    say: Progress = lambda text: None,
    stop: Signal | None = None,
) -> Caller:
    """Who asks a Lean about the package in `root`. Raises ToolchainMissing."""
    lean = find_toolchain(cast(Preference, preference), root=root, on_progress=say)
    return Caller(lean, cache, say, stop)


def package_for(root: Path, toolchain: Toolchain) -> Package:
    """The package in the folder `root`, read as `toolchain` builds it. Raises InputError."""
    if isinstance(toolchain, NativeToolchain):
        # Other packages are built by `lake`, which also knows what a lakefile that is a program is.
        return read_package(root, lake=toolchain.lake, others=False)
    return read_package(root)

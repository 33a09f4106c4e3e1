"""An opened checkpoint: its config, and tensors that are mapped when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.checkpoints.formats import SIZES, are_finite, numpy_type
from harness.checkpoints.working import each
from harness.diagnostics import Diagnostic, InputError

if TYPE_CHECKING:
    from harness.checkpoints.formats import Floats

_CHUNK = 1 << 24
_PIECE = 1 << 20

READ_BESIDE = {".json", ".py", ".model", ".jinja", "merges.txt", "vocab.txt"}
"""Files that programs read beside the weights."""


def kinds(place: Path) -> set[str]:
    """The words of `READ_BESIDE` that a file may go by."""
    return {place.suffix, place.name}


def fault(place: Path | str, message: str) -> InputError:
    return InputError([Diagnostic(str(place), 1, 1, message)])


@dataclass(frozen=True)
class Tensor:
    """One tensor of a file; its bytes are mapped when they are read."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    file: Path
    raw: Callable[[], Any]
    """All of its bytes, as an array that is mapped and not loaded."""

    @property
    def nbytes(self) -> int:
        return prod(self.shape) * SIZES[self.dtype]

    def array(self) -> Floats:
        """The numbers in the format that they have. Raises `InputError` for NaN and infinity."""
        raw = self.raw()
        self.require_finite(raw)
        found: Floats = raw.view(numpy_type(self.dtype)).reshape(self.shape)
        return found

    def require_finite(self, raw: Any) -> None:
        if not are_finite(raw, self.dtype):
            raise fault(self.file, f"{self.name} holds NaN or an infinity")

    def pieces(self) -> Iterator[Any]:
        """Its bytes, a megabyte at a time."""
        raw = self.raw()
        return (raw[start : start + _PIECE] for start in range(0, len(raw), _PIECE))

    def agrees(self, other: Tensor) -> bool:
        """Whether another of its size has the same bytes. Raises `InputError` as `array` does."""

        def agree(pair: tuple[Any, Any]) -> bool:
            self.require_finite(pair[0])
            if same_bits(*pair):
                return True
            other.require_finite(pair[1])
            return False

        return all(each(agree, zip(self.pieces(), other.pieces(), strict=True)))


@dataclass(frozen=True)
class Checkpoint:
    """The tensors of a model, and what its config says."""

    path: Path
    config: Mapping[str, Any]
    tensors: Mapping[str, Tensor]
    files: tuple[Path, ...]
    """Those that hold tensors, in the order of their names."""
    kind: str
    """`safetensors` or `gguf`."""
    seen: Mapping[Path, tuple[int, ...]] = field(default_factory=dict)
    """`files_of` its place, before anything was read."""

    def require_unchanged(self) -> None:
        """Raise `InputError` where a file that is read is not the one that was opened, whatever its
        size; what other programs leave in the folder is theirs."""
        now = files_of(self.path)
        for file in sorted(self.seen.keys() | now.keys()):
            is_read = file in self.files or kinds(file) & {".safetensors", *READ_BESIDE}
            if is_read and self.seen.get(file) != now.get(file):
                raise fault(file, "was changed while it was read")

    def digests(self) -> dict[str, str]:
        """SHA-256 of each file with tensors, and of the config."""
        found = {file.name: digest(file) for file in self.files}
        config = self.path / "config.json"
        if config.is_file():
            found["config.json"] = digest(config)
        return found


def files_of(path: Path) -> dict[Path, tuple[int, ...]]:
    """The files of a folder, or one with its config, with what tells another of the same name."""
    places = sorted(path.iterdir()) if path.is_dir() else (path, path.with_name("config.json"))
    return {place: facts(place) for place in places if place.is_file()}


def facts(file: Path) -> tuple[int, ...]:
    """Its number on the disk, size in bytes and time of the last change in nanoseconds."""
    found = file.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def same_bits(one: Floats | None, other: Floats | None) -> bool:
    """Whether two arrays are the same bit by bit; the first row tells most that are not."""
    import numpy as np

    if one is None or other is None:
        return one is other
    if one.dtype != other.dtype or one.shape != other.shape:
        return False
    one, other = np.atleast_1d(one), np.atleast_1d(other)
    size = one.dtype.itemsize * one.shape[-1]  # of what lies in one piece
    width = next((n for n in (8, 4, 2) if one.dtype.itemsize <= n and size % n == 0), 1)
    one, other = (x.view(f"u{width}") for x in (one, other))
    return np.array_equal(one[:1], other[:1]) and np.array_equal(one, other)


def digest(file: Path) -> str:
    with file.open("rb") as stream:
        found = sha256()
        while chunk := stream.read(_CHUNK):
            found.update(chunk)
    return f"sha256:{found.hexdigest()}"

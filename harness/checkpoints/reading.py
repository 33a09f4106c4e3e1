"""Checkpoints as they lie on disk: safetensors in a folder or alone, and GGUF.

Nothing is read before it is asked for, and then through a map of the file. Every fault of a file
is an `InputError` that names it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from os.path import isdir, isfile
from pathlib import Path
from typing import Any

from harness.checkpoints.formats import SIZES, format_of
from harness.checkpoints.gguf import open_gguf
from harness.checkpoints.tensors import Checkpoint, Tensor, fault, files_of
from harness.diagnostics import Diagnostic, InputError, shortened

INDEX = "model.safetensors.index.json"
_WHOLE = "model.safetensors"
_PICKLES = (b"PK", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
_MOST_JSON = 100_000_000


def open_checkpoint(path: Path) -> Checkpoint:
    """Read names, shapes and the config of a folder or a file. Raises `InputError`."""
    seen = files_of(path)
    return replace(_opened(path), seen=seen)


def _opened(path: Path) -> Checkpoint:
    if isdir(path):
        return _folder(path)
    if not isfile(path):
        raise fault(path, "there is no such file or folder")
    if path.suffix == ".gguf":
        return open_gguf(path)
    config = path.parent / "config.json"
    tensors = _safetensors(path)
    return Checkpoint(path, _config(config), tensors, (path,), "safetensors")


def _folder(path: Path) -> Checkpoint:
    config = _config(path / "config.json")
    if (path / "adapter_config.json").exists():
        message = "an adapter lies beside the model; merge it into the weights first"
        raise fault(path / "adapter_config.json", message)
    files = sorted(path.glob("*.safetensors"))
    if not files:
        pickles = sorted(p.name for p in (*path.glob("*.bin"), *path.glob("*.pt*")))
        found = f"found {pickles[0]}, a pickle, which is code; convert it" if pickles else "none"
        raise fault(path, f"expected files of safetensors, {found}")
    index = path / INDEX
    wanted: dict[str, str] | None = None
    # Whoever loads the folder takes this file alone; what is judged is what is loaded.
    if (path / _WHOLE).exists() and (index.exists() or len(files) > 1):
        other = INDEX if index.exists() else next(f.name for f in files if f.name != _WHOLE)
        raise fault(path / _WHOLE, f"one of two: {other} lies beside it, which is not loaded then")
    if config.get("transformers_weights"):
        raise fault(path / "config.json", "names other weights by `transformers_weights`")
    if index.exists():
        data = read_json(index)
        wanted = data.get("weight_map")
        if not isinstance(wanted, dict) or not all(isinstance(v, str) for v in wanted.values()):
            raise fault(index, "expected `weight_map`, from names of tensors to files")
        named = sorted(set(wanted.values()))
        for name in named:
            if Path(name).name != name or not isfile(path / name):
                raise fault(index, f"names the file {shortened(name)!r}, which is not there")
        files = [path / name for name in named]
    tensors: dict[str, Tensor] = {}
    for file in files:
        for name, tensor in _safetensors(file).items():
            if name in tensors:
                raise fault(file, f"{name} is also in {tensors[name].file.name}")
            tensors[name] = tensor
    if wanted is not None:
        for name in sorted(set(wanted) ^ set(tensors)):
            missing = "has no entry in the index" if name in tensors else "is in no file"
            raise fault(index, f"the tensor {shortened(name)} {missing}")
        for name, file_name in wanted.items():
            if tensors[name].file.name != file_name:
                raise fault(index, f"{name} is in {tensors[name].file.name}, not in {file_name}")
    return Checkpoint(path, config, tensors, tuple(files), "safetensors")


def _config(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        raise fault(path, "expected the model's config.json, found none")
    found = read_json(path)
    if found.get("quantization_config"):
        raise fault(path, "the model is quantized (quantization_config); use its original")
    return found


def read_json(path: Path) -> dict[str, Any]:
    """A file of JSON that is an object. Raises `InputError`."""
    try:
        if path.stat().st_size > _MOST_JSON:
            raise fault(path, f"larger than {_MOST_JSON} bytes")
        found = json.loads(path.read_text("utf-8"), object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        place = Diagnostic(str(path), error.lineno, error.colno, f"not JSON: {error.msg}")
        raise InputError([place]) from None
    except (OSError, ValueError, RecursionError) as error:
        raise fault(path, f"not JSON: {shortened(str(error))}") from None
    if not isinstance(found, dict):
        raise fault(path, "expected an object of JSON")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON. Raises ValueError for a key twice, of which some take the first."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for key, number in Counter(k for k, _ in pairs).items() if number > 1)
        raise ValueError(f"the key {twice!r} stands there twice")
    return found


def header_of(path: Path) -> dict[str, Any]:
    """The header of a file of safetensors, which the library has found to be sound.

    Raises `InputError` for every other file.
    """
    from safetensors import SafetensorError, safe_open

    with path.open("rb") as stream:
        start = stream.read(8)
        try:
            with safe_open(str(path), "np"):
                pass
        except (SafetensorError, OSError, ValueError) as error:
            if start[:2] in _PICKLES:
                raise fault(path, "a pickle, which is code and is not read") from None
            raise fault(path, f"not sound safetensors: {shortened(str(error))}") from None
        text = stream.read(int.from_bytes(start, "little"))
        try:
            found: dict[str, Any] = json.loads(text, object_pairs_hook=_once)
        except ValueError as error:
            raise fault(path, f"not sound safetensors: {shortened(str(error))}") from None
        return found


def _start(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(8)


def _safetensors(path: Path) -> dict[str, Tensor]:
    import numpy as np

    header = header_of(path)
    begin = 8 + int.from_bytes(_start(path), "little")
    found = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        dtype, (start, end) = entry["dtype"], entry["data_offsets"]
        if dtype not in SIZES:
            raise fault(path, f"{name} has the format {dtype}, which is not known here")

        def raw(start: int = begin + start, size: int = end - start) -> Any:
            if not size:
                return np.zeros(0, np.uint8)
            # As a plain array: that it is mapped would be asked of each piece of it.
            try:
                return np.memmap(path, np.uint8, "r", start, (size,)).view(np.ndarray)
            except ValueError:
                raise fault(path, "was made shorter while it was read") from None

        found[name] = Tensor(name, dtype, tuple(entry["shape"]), path, raw)
    return found


def require_computable(tensor: Tensor) -> None:
    """Raise `InputError` for a tensor whose numbers cannot be turned."""
    if format_of(tensor.dtype) is None:
        message = f"{tensor.name} is {tensor.dtype}: packed or quantized; use the original weights"
        raise fault(tensor.file, message)

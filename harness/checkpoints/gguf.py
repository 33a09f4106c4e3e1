"""GGUF, as the package `gguf` reads it: names, shapes, and what stands for a config.

Quantized tensors are the numbers that they stand for, in float32.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.checkpoints.tensors import Checkpoint, Tensor, fault
from harness.diagnostics import shortened

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLAIN = {"F32": "F32", "F16": "F16", "BF16": "BF16", "F64": "F64"}


def open_gguf(path: Path) -> Checkpoint:
    """Read a GGUF file. Its keys are the config, `.` by `.`, without the name of the architecture
    before them, which is `model_type`, with `.gguf` behind it. Raises `InputError`.
    """
    import gguf
    import numpy as np

    with path.open("rb") as stream:
        if stream.read(4) != b"GGUF":
            raise fault(path, "expected a GGUF file, which begins with `GGUF`")
    try:
        reader = gguf.GGUFReader(path)
        keys = {key: _value(field) for key, field in reader.fields.items() if "token" not in key}
    except Exception as error:  # a damaged file ends in any error that Python has
        message = shortened(str(error) or repr(error))
        raise fault(path, f"not a sound GGUF file: {message}") from None
    kind = str(keys.get("general.architecture", ""))
    config: dict[str, Any] = {}
    for key, found in keys.items():
        *outer, last = key.removeprefix(f"{kind}.").split(".")
        place = config
        for part in outer:
            inner = place.setdefault(part, {})
            place = inner if isinstance(inner, dict) else {}
        place[last] = found
    config["model_type"] = f"{kind}.gguf"
    tensors = {}
    for item in reader.tensors:
        dtype = _PLAIN.get(item.tensor_type.name)

        def raw(item: Any = item, dtype: str | None = dtype) -> Any:
            data = item.data
            if dtype is None:
                data = gguf.dequantize(data, item.tensor_type)
            return np.ascontiguousarray(data).reshape(-1).view(np.uint8)

        shape = tuple(int(n) for n in reversed(item.shape))
        tensors[item.name] = Tensor(item.name, dtype or "F32", shape, path, raw)
    config["quantized"] = sorted(
        item.name for item in reader.tensors if item.tensor_type.name not in _PLAIN
    )
    return Checkpoint(path, config, tensors, (path,), "gguf")


def _value(field: Any) -> Any:
    found = field.contents()
    return found.item() if hasattr(found, "item") else found


def quantized(config: Mapping[str, Any]) -> frozenset[str]:
    """The tensors whose numbers were rounded to blocks, so that their unit is not known."""
    return frozenset(config.get("quantized", ()))

"""Number formats of checkpoints: their units of rounding, and rounding to them once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[Any]


@dataclass(frozen=True)
class Format:
    """A floating-point format of safetensors."""

    name: str
    unit: float
    """The largest relative error of rounding to nearest."""
    tiny: float
    """The largest absolute error where numbers are too small for a relative one."""
    exponent: int
    """The bits of the exponent: all of them are set in infinities and NaN alone."""


_FORMATS = {
    "F64": Format("float64", 2.0**-53, 2.0**-1075, 0x7FF << 52),
    "F32": Format("float32", 2.0**-24, 2.0**-150, 0xFF << 23),
    "F16": Format("float16", 2.0**-11, 2.0**-25, 0x1F << 10),
    "BF16": Format("bfloat16", 2.0**-8, 2.0**-134, 0xFF << 7),
}

_PIECE = 1 << 19
"""Bytes that are looked at together: few enough to stay near the processor."""

SIZES = {
    **{"F64": 8, "I64": 8, "U64": 8, "F32": 4, "I32": 4, "U32": 4},
    **{"F16": 2, "BF16": 2, "I16": 2, "U16": 2},
    **{"I8": 1, "U8": 1, "BOOL": 1, "F8_E4M3": 1, "F8_E5M2": 1, "F8_E8M0": 1},
}
"""Bytes of an element."""


def format_of(dtype: str) -> Format | None:
    """The format that a dtype of safetensors is, or None for what nothing is computed with."""
    return _FORMATS.get(dtype)


@cache
def numpy_type(dtype: str) -> Any:
    import ml_dtypes
    import numpy as np

    if dtype == "BF16":
        return np.dtype(ml_dtypes.bfloat16)
    return np.dtype({"F64": "f8", "F32": "f4", "F16": "f2"}[dtype]).newbyteorder("<")


def working_type(dtype: str) -> Any:
    """What is computed in: float32 has twelve bits or more beyond the formats below it."""
    import numpy as np

    return np.float32 if dtype in ("F16", "BF16") else np.float64


def are_finite(raw: Any, dtype: str) -> bool:
    """Whether no number in these bytes is an infinity or NaN."""

    found = _FORMATS.get(dtype)
    if found is None:
        return True
    size = SIZES[dtype]
    negative = found.exponent | 1 << (8 * size - 1)
    pieces = (raw[start : start + _PIECE] for start in range(0, len(raw), _PIECE))
    # As whole numbers, infinities and NaN are above all others of their sign.
    return all(
        part.view(f"<u{size}").max() < negative and part.view(f"<i{size}").max() < found.exponent
        for part in pieces
    )


def rounded(values: Floats, dtype: str) -> Floats:
    """Numbers rounded once to a format. From doubles to bfloat16 the way leads through float32,
    where what comes to lie on a tie must not forget on which side of it it was."""
    import numpy as np

    if dtype != "BF16" or values.dtype != np.float64:
        return values.astype(numpy_type(dtype))
    narrow = values.astype(np.float32)
    tied = (narrow.view(np.uint32) & 0xFFFF) == 0x8000
    if tied.any():
        exact, near = values[tied], narrow[tied]
        away = np.where(exact > near, np.inf, -np.inf).astype(np.float32)
        narrow[tied] = np.where(exact == near, near, np.nextafter(near, away))
    return narrow.astype(numpy_type(dtype))

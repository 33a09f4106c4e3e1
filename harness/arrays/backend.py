"""Where arrays live: any namespace of the Python array API standard, on any of its devices.

NumPy is the default, and what instances are drawn with. Other packages are imported only when
asked for; the engine calls what the standard has, and nothing else of theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from harness.extras import remedy

PACKAGES: Mapping[str, tuple[str, str]] = {
    "numpy": ("numpy", ""),
    "torch": ("array_api_compat.torch", "torch"),
    "cupy": ("array_api_compat.cupy", "cupy"),
    "array-api-strict": ("array_api_strict", "dev"),
}
"""The backends: for each the module that holds its namespace, and the extra that brings it."""

FORMATS = ("float64", "float32", "float16", "bfloat16")
"""The floating-point formats that are asked about, the widest first; a backend may lack some."""

_CREATING = frozenset({"arange", "asarray", "empty", "eye", "full", "ones", "zeros"})


class BackendMissing(Exception):
    """A backend, its device or double precision cannot be had here; says why."""


class Backend:
    """One namespace on one device, where arrays come from NumPy and go back to it.

    Raises `BackendMissing` where it is not installed, has no such device, or has no doubles:
    claims are decided in double precision.
    """

    def __init__(self, name: str = "numpy", device: str = "") -> None:
        module, extra = PACKAGES[name]
        try:
            namespace = import_module(module)
        except ImportError as error:
            message = f"{name} is not installed; {remedy(extra)} ({error})"
            raise BackendMissing(message) from None
        self.name = name
        self.device = device
        if name == "numpy":
            if device not in ("", "cpu"):
                raise BackendMissing(f"numpy has the device cpu alone, not {device}")
            self.xp: Any = np
            return
        self.xp = _OnDevice(namespace, _device(name, namespace, device))
        _demand_doubles(self)

    def __str__(self) -> str:
        return f"{self.name} on {self.device}" if self.device else self.name

    def dtype(self, name: str) -> Any | None:
        """A floating-point format by its name; nothing where the backend lacks it."""
        found = getattr(self.xp, name, None)
        return found if name in FORMATS else None

    def place(self, array: Any) -> Any:
        """A NumPy array, as an array of this backend."""
        return array if self.xp is np else self.xp.asarray(np.ascontiguousarray(array))

    def fetch(self, array: Any) -> Any:
        """An array of this backend, as one of NumPy; formats that it lacks become doubles."""
        if self.xp is np:
            return array
        if self.name == "cupy":
            return array.get()
        if self.name == "torch":
            known = str(array.dtype) != "torch.bfloat16"
            return (array if known else array.double()).cpu().numpy()
        return np.from_dlpack(array.to_device(self.xp.Device("CPU_DEVICE")))


class _OnDevice:
    """A namespace whose new arrays stand on one device."""

    broadcast_shapes = staticmethod(np.broadcast_shapes)
    """Younger than the namespaces that are in use; it is about shapes alone."""

    def __init__(self, namespace: Any, device: Any) -> None:
        self._namespace = namespace
        self._device = device

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._namespace, name)
        if name in _CREATING:
            found = partial(found, device=self._device)
        setattr(self, name, found)
        return found


def _device(name: str, namespace: Any, device: str) -> Any:
    """What the namespace calls the device of this name."""
    makers: Mapping[str, Callable[[], Any]] = {
        "torch": lambda: namespace.empty(0, device=device or "cpu").device,
        "cupy": lambda: namespace.cuda.Device(int(device.removeprefix("cuda:") or 0)),
        "array-api-strict": lambda: namespace.Device(device or "CPU_DEVICE"),
    }
    try:
        return makers[name]()
    except Exception as error:  # each package has its own way to say that there is none
        message = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BackendMissing(
            f"{name} has no device {device or 'to compute on'}: {message}"
        ) from None


def _demand_doubles(backend: Backend) -> None:
    """One and the unit in the last place of a double: their difference must survive."""
    xp = backend.xp
    try:
        above = xp.asarray([1.0, 1.0 + 2.0**-52], dtype=xp.float64)
        kept = float(above[1] - above[0]) == 2.0**-52
    except Exception as error:  # again, each in its own way
        raise BackendMissing(f"{backend} has no double precision: {error}") from None
    if not kept:
        raise BackendMissing(f"{backend} rounds doubles to fewer digits")


NUMPY = Backend()
"""What everything is drawn and compared in."""

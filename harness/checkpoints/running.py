"""A checkpoint as a model that runs: by Transformers, with no code that lies in the folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.checkpoints.tensors import fault


def load(folder: Path, dtype: str, attention: str) -> Any:
    """The model of a folder, ready to be asked. Raises `InputError`."""
    import torch
    import transformers

    transformers.utils.logging.disable_progress_bar()
    options = {"dtype": getattr(torch, dtype), "attn_implementation": attention}
    options |= {"local_files_only": True, "trust_remote_code": False, "use_safetensors": True}
    last: Exception | None = None
    for kind in (transformers.AutoModelForCausalLM, transformers.AutoModelForMaskedLM):
        try:
            return kind.from_pretrained(folder, **options).eval()
        except (ValueError, OSError) as error:  # no such kind of model, or no such files
            last = last or error
    message = str(last).splitlines()
    raise fault(folder, f"Transformers does not load it: {message[0] if message else last!r}")


def in_doubles() -> Any:
    """A context: each float32 that a model asks for, in norms, RoPE and softmax, is a double."""
    import torch
    from torch.overrides import TorchFunctionMode

    class InDoubles(TorchFunctionMode):  # type: ignore[misc]
        def __torch_function__(self, func: Any, types: Any, args: Any = (), kw: Any = None) -> Any:
            def wide(x: Any) -> Any:
                return torch.float64 if x is torch.float32 else x

            if func is torch.Tensor.float:
                func = torch.Tensor.double
            return func(*map(wide, args), **{k: wide(v) for k, v in (kw or {}).items()})

    return InDoubles()

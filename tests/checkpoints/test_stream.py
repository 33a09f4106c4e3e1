"""The residual stream turned, with gains fused: right ones verify, and wrong ones are named."""

import json

import numpy as np
import pytest
from safetensors.numpy import load_file

from harness.checkpoints.fold import check_certificate, fold
from harness.checkpoints.recipes import read_recipe
from harness.diagnostics import InputError
from tests.checkpoints.making import (
    CASES,
    LAYERS,
    TYPES,
    M,
    judged,
    make,
    save,
    whole,
    write_recipe,
)

dtypes = pytest.mark.parametrize("dtype", TYPES)
ALL = {"residual": "random", "angles": "random", "values": "random"}


def folded(tmp_path, name, dtype, entries):
    old = save(tmp_path / "old", name, whole(name, dtype))
    recipe = read_recipe(write_recipe(tmp_path / "recipe.yaml", entries))
    report = fold(old, tmp_path / "new", recipe)
    return old, tmp_path / "new", report


@dtypes
@pytest.mark.parametrize("kind", ["random", "hadamard", "exchange"])
@pytest.mark.parametrize("name", ["llama_bias", "qwen2", "qwen3"])
def test_right_turns_verify(name, kind, dtype, tmp_path):
    entries = {**ALL, "residual": kind, "angles": "quarter" if name == "qwen3" else "random"}
    old, new, report = folded(tmp_path, name, dtype, entries)
    assert report.exit_code == 0, report.faults
    assert report.worst <= 1
    tensors = load_file(new / "model.safetensors")
    assert (tensors["model.norm.weight"] == 1).all()
    followed = {stream.name for stream in report.streams}
    assert {"lm_head.weight", "model.embed_tokens.weight"} <= followed
    assert {stream.layer for stream in report.streams} == {None, *range(LAYERS)}
    assert check_certificate(old, new)[0].exit_code == 0


@dtypes
def test_gains_may_be_fused_alone(dtype, tmp_path):
    tensors = whole("llama", dtype)
    old = save(tmp_path / "old", "llama", tensors)
    new = {key: value.copy() for key, value in tensors.items()}
    norm, last = "model.layers.1.post_attention_layernorm.weight", "model.norm.weight"
    readers = {norm: ["model.layers.1.mlp.up_proj", "model.layers.1.mlp.gate_proj"]}
    for gain, stems in {**readers, last: ["lm_head"]}.items():
        for stem in stems:
            product = tensors[f"{stem}.weight"].astype(float) * tensors[gain].astype(float)
            new[f"{stem}.weight"] = product.astype(TYPES[dtype])
        new[gain] = np.ones_like(new[gain])
    report = judged(old, save(tmp_path / "new", "llama", new))
    assert report.exit_code == 0, report.faults
    new["model.layers.1.mlp.up_proj.weight"] = tensors["model.layers.1.mlp.up_proj.weight"]
    report = judged(old, save(tmp_path / "wrong", "llama", new))
    (fault,) = report.faults
    assert fault.where == "model.layers.1.mlp.up_proj.weight"
    assert fault.cause.startswith("the gains of model.layers.1.post_attention_layernorm were not")


def spoiled(tmp_path, dtype, change, kind="random", name="llama_bias"):
    old, new, report = folded(tmp_path, name, dtype, {"residual": kind})
    assert report.exit_code == 0, report.faults
    before = load_file(old / "model.safetensors")
    after = load_file(new / "model.safetensors")
    change(before, after)
    return judged(old, save(tmp_path / "wrong", name, after))


DOWN, UP = "model.layers.1.mlp.down_proj.weight", "model.layers.0.mlp.up_proj.weight"
OUT, QUERY = "model.layers.1.self_attn.o_proj.weight", "model.layers.0.self_attn.q_proj.weight"


@dtypes
@pytest.mark.parametrize(
    "name", [DOWN, UP, OUT, QUERY, OUT.replace("weight", "bias"), "lm_head.weight"]
)
def test_one_tensor_forgotten(name, dtype, tmp_path):
    def change(before, after):
        after[name] = before[name]

    report = spoiled(tmp_path, dtype, change)
    assert report.exit_code == 1
    assert (name, "it was left as it was") in {(f.where, f.cause) for f in report.faults}


@dtypes
@pytest.mark.parametrize("name", [DOWN, UP, "lm_head.weight", "model.embed_tokens.weight"])
def test_one_wrong_entry_is_found(name, dtype, tmp_path):
    def change(before, after):
        row = after[name][5]
        row[7] = row[7] + TYPES[dtype](0.15 * float(np.abs(row.astype(float)).max()))

    report = spoiled(tmp_path, dtype, change, "hadamard")
    (fault,) = report.faults
    assert (fault.where, fault.cause) == (name, "worst in row 5, column 7")


@dtypes
def test_gains_that_were_not_fused(dtype, tmp_path):
    def change(before, after):
        gain = before["model.layers.0.post_attention_layernorm.weight"]
        after["model.layers.0.post_attention_layernorm.weight"] = gain
        for short in ("up", "gate"):
            key = f"model.layers.0.mlp.{short}_proj.weight"
            turn = np.linalg.lstsq(
                before["model.embed_tokens.weight"].astype(float),
                after["model.embed_tokens.weight"].astype(float),
                rcond=None,
            )[0]
            after[key] = (before[key].astype(float) @ turn).astype(TYPES[dtype])

    report = spoiled(tmp_path, dtype, change)
    named = {fault.where: fault.cause for fault in report.faults}
    assert named["model.layers.0.post_attention_layernorm"].startswith("they were not fused")
    assert named[UP].startswith("the gains of")
    assert named[UP].endswith("were not fused into it")
    assert {fault.layer for fault in report.faults} == {0}


@dtypes
def test_gains_that_are_there_twice(dtype, tmp_path):
    def change(before, after):
        after["model.norm.weight"] = before["model.norm.weight"]

    report = spoiled(tmp_path, dtype, change)
    assert any(fault.cause.endswith("the norm has them still") for fault in report.faults)


@dtypes
def test_the_transpose_for_an_output(dtype, tmp_path):
    def change(before, after):
        old, new = (x["model.embed_tokens.weight"].astype(float) for x in (before, after))
        turn = np.linalg.lstsq(old, new, rcond=None)[0]
        after[DOWN] = (turn @ before[DOWN].astype(float)).astype(TYPES[dtype])

    report = spoiled(tmp_path, dtype, change)
    (fault,) = report.faults
    assert fault.cause == "it has R where the transpose belongs"


@dtypes
def test_a_head_turned_wrong_in_a_turned_stream(dtype, tmp_path):
    def change(before, after):
        after["model.layers.1.self_attn.k_proj.weight"][16:20] *= -1

    report = spoiled(tmp_path, dtype, change, "hadamard")
    assert {(fault.layer, fault.head) for fault in report.faults} <= {(1, 1), (1, 2), (1, 3)}
    assert any(fault.role == "k" for fault in report.faults)


def test_no_orthogonal_matrix(tmp_path):
    def change(before, after):
        after["model.embed_tokens.weight"] = after["model.embed_tokens.weight"][:, ::-1] * 2
        after["model.embed_tokens.weight"] = np.ascontiguousarray(
            after["model.embed_tokens.weight"]
        )

    report = spoiled(tmp_path, "float32", change)
    assert report.exit_code == 1
    assert any("no orthogonal matrix" in fault.what for fault in report.faults)


@pytest.fixture
def tied():
    """A model whose embeddings are its head."""
    CASES["tied"] = {**CASES["llama"]}
    CASES["tied"]["config"] = {**CASES["llama"]["config"], "tie_word_embeddings": True}
    tensors = whole("llama", "float32")
    del tensors["lm_head.weight"]
    yield tensors
    del CASES["tied"]


def test_a_head_that_no_program_reads(tied, tmp_path):
    """It lies beside embeddings that are the head, and these have no gains fused into them."""
    both = {**tied, "lm_head.weight": tied["model.embed_tokens.weight"]}
    old = save(tmp_path / "old", "tied", both)
    apart = save(tmp_path / "apart", "llama", both)
    recipe = read_recipe(write_recipe(tmp_path / "recipe.yaml", {"residual": "random"}))
    assert fold(apart, tmp_path / "new", recipe).exit_code == 0
    path = tmp_path / "new" / "config.json"
    for key, code in ((False, 0), (True, 1), (None, 1)):
        config = {**CASES["llama"]["config"], "tie_word_embeddings": key}
        path.write_text(json.dumps({k: v for k, v in config.items() if v is not None}))
        report = judged(old, tmp_path / "new")
        assert report.exit_code == code, (key, report.faults)


@pytest.mark.parametrize("shards", [1, 3])
def test_tied_embeddings_come_to_have_a_head_beside_them(tied, shards, tmp_path):
    """As when somebody stores the head first, and folds then."""
    old = save(tmp_path / "old", "tied", tied, shards)
    recipe = read_recipe(write_recipe(tmp_path / "recipe.yaml", {"residual": "random"}))
    assert fold(old, tmp_path / "new", recipe).exit_code == 0
    config = json.loads((tmp_path / "new/config.json").read_text())
    assert config == {**CASES["tied"]["config"], "tie_word_embeddings": False}
    assert check_certificate(old, tmp_path / "new")[1] == []
    both = {**tied, "lm_head.weight": tied["model.embed_tokens.weight"]}
    other = save(tmp_path / "other", "llama", both)
    assert fold(other, tmp_path / "made", recipe).exit_code == 0
    found = {}
    for file in (tmp_path / "new").glob("*.safetensors"):
        found |= load_file(file)
    expected = load_file(tmp_path / "made/model.safetensors")
    assert found.keys() == expected.keys()
    assert all(np.array_equal(found[name], expected[name]) for name in expected)
    wrong = {**found, "lm_head.weight": found["model.embed_tokens.weight"]}
    assert judged(old, save(tmp_path / "wrong", "llama", wrong)).exit_code == 1


def test_tied_embeddings_stay_tied_where_no_gain_is_fused_into_them(tied, tmp_path):
    tied["model.norm.weight"] = np.ones(M, np.float32)
    old = save(tmp_path / "old", "tied", tied)
    recipe = read_recipe(write_recipe(tmp_path / "recipe.yaml", {"residual": "random"}))
    assert fold(old, tmp_path / "new", recipe).exit_code == 0
    assert "lm_head.weight" not in load_file(tmp_path / "new/model.safetensors")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gemma2", "norms with gains stand behind sublayers"),
        ("olmo2", "stand behind its sublayers"),
        ("cohere", "centring"),
        ("gpt_neox", "centring"),
        ("deepseek_v3", "nothing is said of model.layers.0.self_attn"),
        ("gpt_oss", "nothing is said of model.layers.0.self_attn.sinks"),
    ],
)
def test_families_that_do_not_admit_it(name, message, tmp_path):
    old = save(tmp_path / "old", name, make(name))
    recipe = read_recipe(write_recipe(tmp_path / "recipe.yaml", {"residual": "random"}))
    with pytest.raises(InputError, match=message):
        fold(old, tmp_path / "new", recipe)

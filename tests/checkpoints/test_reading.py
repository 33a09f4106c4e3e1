"""Hostile and damaged files end in a sentence that names the file, and with exit code 2."""

import json
import pickle
import struct

import gguf
import numpy as np
import pytest
from click.testing import CliRunner

from harness.checkpoints.formats import rounded
from harness.checkpoints.sides import open_side
from harness.checkpoints.verify import verify
from harness.cli import main
from harness.diagnostics import InputError
from tests.checkpoints.making import CASES, TYPES, make, save, write_recipe

NAME = "model.safetensors"


def header(entries, data=b"", size=None):
    text = json.dumps(entries).encode()
    return struct.pack("<Q", len(text) if size is None else size) + text + data


def entry(start, end, shape=(2,), dtype="F32"):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": [start, end]}


TWICE = b'{"a": E, "a": E}'.replace(b"E", json.dumps(entry(0, 8)).encode())
DAMAGED = {
    "truncated": lambda raw: raw[:-100],
    "empty": lambda raw: b"",
    "three bytes": lambda raw: raw[:3],
    "huge header": lambda raw: struct.pack("<Q", 1 << 60) + raw[8:],
    "header beyond the file": lambda raw: struct.pack("<Q", len(raw) * 2) + raw[8:],
    "not JSON": lambda raw: raw[:8] + b"!" + raw[9:],
    "overlap": lambda raw: header({"a": entry(0, 8), "b": entry(4, 12)}, b"\0" * 12),
    "hole": lambda raw: header({"a": entry(0, 8), "b": entry(12, 20)}, b"\0" * 20),
    "wrong size": lambda raw: header({"a": entry(0, 8, (3,))}, b"\0" * 8),
    "overflow": lambda raw: header({"a": entry(0, 8, (1 << 62, 1 << 62))}, b"\0" * 8),
    "negative": lambda raw: header({"a": entry(-8, 0)}, b"\0" * 8),
    "a pickle": lambda raw: pickle.dumps({"a": 1}),
    "a zip": lambda raw: b"PK\x03\x04" + raw[4:],
    "longer": lambda raw: raw + b"\0" * 9,
    "twice": lambda raw: struct.pack("<Q", len(TWICE)) + TWICE + b"\0" * 8,
}


def config(**changes):
    """Write the config of Llama with these changes."""
    text = json.dumps({**CASES["llama"]["config"], **changes})
    return lambda folder: (folder / "config.json").write_text(text)


def run(*arguments):
    return CliRunner().invoke(main, [str(a) for a in arguments])


@pytest.mark.parametrize("kind", DAMAGED)
def test_damaged_files(kind, tmp_path):
    old = save(tmp_path / "old", "llama", make("llama"))
    new = save(tmp_path / "new", "llama", make("llama"))
    raw = (new / NAME).read_bytes()
    (new / NAME).write_bytes(DAMAGED[kind](raw))
    recipe = write_recipe(tmp_path / "recipe.yaml", {"angles": "random"})
    commands = [("verify", old, new), ("verify", new, old)]
    commands += [("fold", new, tmp_path / "made", "--recipe", recipe)]
    before = (new / NAME).read_bytes()
    for command in commands:
        done = run(*command)
        assert done.exit_code == 2, done.output
        assert str(new / NAME) in done.output
    assert (new / NAME).read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"old", "new", "recipe.yaml"}


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", ["self_attn.v_proj", "mlp.up_proj"])
def test_numbers_that_are_none(name, dtype, value, tmp_path):
    old = save(tmp_path / "old", "llama", make("llama", dtype))
    tensors = make("llama", dtype)
    tensors[f"model.layers.1.{name}.weight"][0, 0] = value
    new = save(tmp_path / "new", "llama", tensors)
    recipe = write_recipe(tmp_path / "recipe.yaml", {"angles": "random", "values": "random"})
    for done in (
        run("verify", old, new),
        run("verify", new, old),
        run("fold", new, tmp_path / "made", "--recipe", recipe),
    ):
        assert done.exit_code == 2
        assert f"model.layers.1.{name}.weight holds NaN or an infinity" in done.output
    assert {path.name for path in tmp_path.iterdir()} == {"old", "new", "recipe.yaml"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: (f / "config.json").unlink(), "config.json, found none"),
        (lambda f: (f / "config.json").write_text("{"), "not JSON"),
        (lambda f: (f / "config.json").write_text("[]"), "expected an object"),
        (lambda f: (f / "config.json").write_text("[" * 9999), "not JSON"),
        (lambda f: (f / NAME).rename(f / "pytorch_model.bin"), "a pickle, which is code"),
        (config(num_attention_heads=5), "its family has"),
        (config(num_attention_heads="4"), "by this config"),
        (config(hidden_size=float("inf")), "comes to nan by this config"),
        (config(num_hidden_layers=float("inf")), "comes to inf by this config"),
        (config(num_hidden_layers=True), "comes to True by this config"),
        (config(num_hidden_layers=10**9), "1000000000 layers by this config, and fewer tensors"),
    ],
)
def test_damaged_folders(change, message, tmp_path):
    import re

    old = save(tmp_path / "old", "llama", make("llama"))
    change(old)
    done = run("verify", old, old)
    assert done.exit_code == 2, done.output
    assert re.search(message, done.output)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: m.update({"a": "model-00001-of-00002.safetensors"}), "is in no file"),
        (lambda m: m.pop("model.norm.weight"), "has no entry in the index"),
        (lambda m: m.update({"model.norm.weight": "../x"}), "which is not there"),
        (lambda m: m.update({"model.norm.weight": "x" * 300}), "which is not there"),
    ],
)
def test_damaged_indices(change, message, tmp_path):
    old = save(tmp_path / "old", "llama", make("llama"), shards=2)
    path = old / "model.safetensors.index.json"
    data = json.loads(path.read_text())
    change(data["weight_map"])
    path.write_text(json.dumps(data))
    done = run("verify", old, old)
    assert done.exit_code == 2
    assert message in done.output


def test_a_file_that_is_cut_short_while_it_is_read(tmp_path):
    sides = [open_side(save(tmp_path / x, "llama", make("llama"))) for x in ("old", "new")]
    assert verify(*sides).exit_code == 0
    file = tmp_path / "new" / "model.safetensors"
    with file.open("r+b") as stream:
        stream.truncate(file.stat().st_size - 1000)
    with pytest.raises(InputError, match="was made shorter while it was read"):
        verify(*sides)


def test_shards_make_no_difference(tmp_path):
    tensors = make("llama")
    old = save(tmp_path / "old", "llama", tensors, shards=5)
    new = save(tmp_path / "new", "llama", tensors)
    assert run("verify", old, new).exit_code == 0
    assert run("verify", old / "..", new).exit_code == 2
    assert run("verify", new / NAME, old).exit_code == 0


def permuted(weight, heads):
    """What llama.cpp's converter does to queries and keys: (2, d/2) becomes (d/2, 2)."""
    shape = weight.shape
    return weight.reshape(heads, 2, shape[0] // heads // 2, shape[1]).swapaxes(1, 2).reshape(shape)


@pytest.mark.parametrize(("key_heads", "code"), [(2, 0), (4, 1)])
def test_a_conversion_to_gguf(key_heads, code, tmp_path):
    """Right, and with the number of query heads for the keys, a bug made more than once."""
    tensors = make("llama", "float32")
    for layer in range(2):
        tensors |= {
            f"model.layers.{layer}.input_layernorm.weight": np.ones(64, np.float32),
        }
    old = save(tmp_path / "old", "llama", tensors)
    writer = gguf.GGUFWriter(tmp_path / "model.gguf", "llama")
    writer.add_block_count(2)
    writer.add_head_count(4)
    writer.add_head_count_kv(2)
    writer.add_embedding_length(64)
    writer.add_context_length(512)
    writer.add_rope_freq_base(10000.0)
    writer.add_tensor("token_embd.weight", tensors["model.embed_tokens.weight"])
    writer.add_tensor("output_norm.weight", tensors["model.norm.weight"])
    for layer in range(2):
        there = f"model.layers.{layer}"
        q, k, v, o = (tensors[f"{there}.self_attn.{s}_proj.weight"] for s in "qkvo")
        writer.add_tensor(f"blk.{layer}.attn_q.weight", permuted(q, 4))
        writer.add_tensor(f"blk.{layer}.attn_k.weight", permuted(k, key_heads))
        writer.add_tensor(f"blk.{layer}.attn_v.weight", v)
        writer.add_tensor(f"blk.{layer}.attn_output.weight", o)
        writer.add_tensor(f"blk.{layer}.ffn_up.weight", tensors[f"{there}.mlp.up_proj.weight"])
        norm = tensors[f"{there}.input_layernorm.weight"]
        writer.add_tensor(f"blk.{layer}.attn_norm.weight", norm)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    done = run("verify", old, tmp_path / "model.gguf")
    assert done.exit_code == code, done.output
    if code:
        assert "layer 0, key head 0" in done.output
    (tmp_path / "model.gguf").write_bytes((tmp_path / "model.gguf").read_bytes()[:300])
    assert run("verify", old, tmp_path / "model.gguf").exit_code == 2


def test_rounding_to_bfloat16_is_done_once():
    """Beside a tie, where the way through float32 would forget the side."""
    x = np.array(
        [1 + 2**-8 + 2**-40, 1 + 2**-8 - 2**-40, 1 + 2**-8, 1 + 3 * 2**-8, -1 - 2**-8 - 1e-12]
    )
    expected = [1 + 2**-7, 1, 1, 1 + 2**-6, -1 - 2**-7]
    assert rounded(x, "BF16").astype(float).tolist() == expected

"""Checkpoints that want to pass for one model in another frame, each with its honest twin."""

import json
import os
import shutil

import gguf
import numpy as np
import pytest

from harness.checkpoints.sides import open_side
from harness.checkpoints.verify import verify
from harness.diagnostics import InputError
from tests.checkpoints.making import TYPES, judged, make, save, turned
from tests.checkpoints.test_reading import run

INDEX = "model.safetensors.index.json"
VALUES, OUTPUT = (f"model.layers.0.self_attn.{x}_proj.weight" for x in "vo")


def configured(folder, **changes):
    """The same folder, whose config says something else; what is "gone" is not there."""
    path = folder / "config.json"
    config = {**json.loads(path.read_text()), **changes}
    path.write_text(json.dumps({k: v for k, v in config.items() if v != "gone"}))
    return folder


@pytest.fixture
def both(tmp_path):
    tensors = make("mistral")
    return [save(tmp_path / name, "mistral", tensors) for name in ("old", "new")]


def test_a_key_that_is_gone_is_not_one_that_is_null(both):
    """Mistral without the key slides a window of 4,096 over its tokens; with null it has none."""
    old, new = (configured(folder, sliding_window=None) for folder in both)
    assert run("verify", old, new).exit_code == 0
    done = run("verify", old, configured(new, sliding_window="gone"))
    assert done.exit_code == 1
    assert "expected sliding_window to be None, found nothing" in done.output


def test_a_config_that_was_saved_anew(both):
    """Programs write out their defaults, and say today in other words what RoPE they have."""
    old, new = (configured(folder, rope_parameters="gone") for folder in both)
    configured(old, rope_theta=1e6, rope_scaling={"type": "linear", "factor": 2.0})
    said = {"rope_theta": 1e6, "rope_type": "linear", "factor": 2.0}
    anew = {"head_dim": 16, "mlp_bias": False, "attention_dropout": 0.1, "use_cache": True}
    configured(new, rope_parameters=said, **anew)
    assert run("verify", old, new).exit_code == 0
    for key, value in {
        "head_dim": 32,
        "mlp_bias": True,
        "sliding_window": None,
        "rope_theta": 1e6,
        "rope_parameters": {**said, "factor": 4.0},
    }.items():
        assert run("verify", old, configured(new, **{key: value})).exit_code in (1, 2), key
        configured(new, rope_parameters=said, **anew)
        configured(new, **{k: "gone" for k in (key,) if k not in {**anew, "rope_parameters": said}})
    assert run("verify", old, new).exit_code == 0
    configured(old, rope_theta="gone")  # which is whatever the program takes then
    assert run("verify", old, new).exit_code == 1


def test_biases_that_a_config_says_are_not_there(tmp_path):
    tensors = make("llama_bias")
    old, new = (save(tmp_path / name, "llama_bias", tensors) for name in ("old", "new"))
    assert run("verify", old, new).exit_code == 0
    assert run("verify", old, configured(new, attention_bias=False)).exit_code == 1


def test_the_format_that_is_computed_in(both):
    old, new = both
    configured(old, torch_dtype="float32")
    assert run("verify", old, configured(new, dtype="float32")).exit_code == 0  # its name of today
    assert run("verify", old, configured(new, dtype="float16")).exit_code == 1


def test_a_key_that_stands_there_twice(both):
    old, new = both
    text = (new / "config.json").read_text()
    assert run("verify", old, new).exit_code == 0
    twice = text.replace('"hidden_size"', '"hidden_size": 1, "hidden_size"', 1)
    (new / "config.json").write_text(twice)
    done = run("verify", old, new)
    assert done.exit_code == 2
    assert "the key 'hidden_size' stands there twice" in done.output


def test_weights_that_are_loaded_in_place_of_those_that_are_judged(both):
    """Transformers takes `model.safetensors` where it is there, and no index is asked then."""
    old, new = both
    weights, shard = new / "model.safetensors", new / "model-00001-of-00001.safetensors"
    names = dict.fromkeys(make("mistral"), shard.name)
    (new / INDEX).write_text(json.dumps({"weight_map": names}))
    shutil.copyfile(weights, shard)
    done = run("verify", old, new)
    assert done.exit_code == 2
    assert f"one of two: {INDEX} lies beside it" in done.output
    (new / INDEX).unlink()
    assert run("verify", old, new).exit_code == 2
    (new / INDEX).write_text(json.dumps({"weight_map": names}))
    weights.unlink()
    assert run("verify", old, new).exit_code == 0
    done = run("verify", old, configured(new, transformers_weights="other.safetensors"))
    assert done.exit_code == 2


@pytest.mark.parametrize("name", ["tokenizer.json", "modeling.py", "merges.txt"])
def test_what_lies_beside_the_weights_is_compared(both, name):
    old, new = both
    (old / name).write_text('{"a": 1, "b": 2, "transformers_version": "4"}')
    (new / name).write_text('{"b": 2, "a": 1}')
    (new / "README.txt").write_text("another")
    (old / "README.txt").write_text("one")
    done = run("verify", old, new)
    assert done.exit_code == (0 if name.endswith(".json") else 3), done.output
    (new / name).write_text('{"b": 2, "a": 2}')
    done = run("verify", old, new)
    assert done.exit_code == 3
    assert f"{name}: differs" in done.output


def test_a_layout_that_only_the_certificate_has_is_said(both, tmp_path):
    """By its config no program pairs its coordinates so."""
    old, _ = both
    for layout, said in (("half-split", False), ("interleaved", True)):
        recipe = tmp_path / f"{layout}.yaml"
        recipe.write_text(f"angles: random\nlayout: {layout}\n")
        folded = tmp_path / layout
        assert run("fold", old, folded, "--recipe", recipe).exit_code == 0
        done = run("verify", old, folded, "--certificate")
        assert done.exit_code == 0
        assert ("read as interleaved pairs: no program" in done.output) is said


def converted(path, epsilon=1e-5, base=10000.0, scaling=""):
    """A file of GGUF with the attention of one layer."""
    rng = np.random.default_rng(0)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(1)
    writer.add_head_count(4)
    writer.add_head_count_kv(4)
    writer.add_embedding_length(64)
    writer.add_context_length(512)
    writer.add_rope_freq_base(base)
    writer.add_layer_norm_rms_eps(epsilon)
    if scaling:
        writer.add_string("llama.rope.scaling.type", scaling)
    writer.add_string("general.name", path.name)
    for short in ("attn_q", "attn_k", "attn_v", "attn_output"):
        weight = rng.normal(size=(64, 64)).astype(np.float32)
        writer.add_tensor(f"blk.0.{short}.weight", weight)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_keys_of_gguf_are_compared(tmp_path):
    old = converted(tmp_path / "old.gguf")
    assert run("verify", old, converted(tmp_path / "new.gguf")).exit_code == 0
    done = run("verify", old, converted(tmp_path / "eps.gguf", epsilon=1e-2))
    assert done.exit_code == 1
    assert "expected attention to be" in done.output
    assert run("verify", old, converted(tmp_path / "base.gguf", base=5e5)).exit_code == 1


def test_what_two_kinds_of_files_say_in_other_words(tmp_path):
    from gguf import GGUFReader

    found = converted(tmp_path / "model.gguf")
    tensors = {}
    for item in GGUFReader(found).tensors:
        short = item.name.split(".")[2].replace("attn_", "").replace("output", "o")
        weight = np.array(item.data).reshape(64, 64)
        if short in "qk":  # from interleaved pairs to half-split ones
            weight = weight.reshape(4, 8, 2, 64).swapaxes(1, 2).reshape(64, 64)
        tensors[f"model.layers.0.self_attn.{short}_proj.weight"] = weight
    old = configured(
        save(tmp_path / "old", "llama", {k: np.ascontiguousarray(v) for k, v in tensors.items()}),
        num_hidden_layers=1,
        num_key_value_heads=4,
        rms_norm_eps=1e-5,
    )
    done = run("verify", old, found)
    assert done.exit_code == 0, done.output
    done = run("verify", old, converted(tmp_path / "eps.gguf", epsilon=1e-6))
    assert done.exit_code == 1
    assert "expected epsilon to be 1e-05" in done.output
    assert run("verify", old, converted(tmp_path / "base.gguf", base=5e5)).exit_code == 1
    done = run("verify", old, converted(tmp_path / "scaled.gguf", scaling="linear"))
    assert done.exit_code == 3
    assert "frequencies: how they are scaled is not compared" in done.output


def alike(tensors, dtype):
    """Values of a head that are nearly one, as far apart as their format can say."""
    apart = {"float64": 1e-6, "float32": 1e-5, "bfloat16": 0.1}[dtype]
    rows = tensors[VALUES][:16].astype(float)
    tensors[VALUES][:16] = (rows[:1] + apart * rows).astype(TYPES[dtype])


def towering(tensors, dtype):
    """A column of values that is far larger than the others."""
    column = tensors[VALUES][:, 5].astype(float) * 1e6
    tensors[VALUES][:, 5] = column.astype(TYPES[dtype])


@pytest.mark.parametrize("dtype", ["float64", "float32", "bfloat16"])
@pytest.mark.parametrize("shape", [alike, towering])
def test_what_is_hardly_known_does_not_excuse_what_is(shape, dtype, tmp_path):
    """Right folds pass; a head that is 10 per cent off is seen, whatever else hides something."""
    tensors = make("llama", dtype)
    shape(tensors, dtype)
    old = save(tmp_path / "old", "llama", tensors)
    for number, matrix in enumerate(("hadamard", "random", "exchange") * 3):
        new = turned(old, {"values": matrix}, seed=number)
        report = judged(old, save(tmp_path / f"right{number}", "llama", new))
        assert report.exit_code == 0, (matrix, report.faults)
        short = OUTPUT if shape is alike else VALUES
        block = (slice(None), slice(0, 32)) if shape is alike else slice(0, 16)
        keep = new[short].copy()
        new[short][block] = (new[short][block].astype(float) * 1.1).astype(TYPES[dtype])
        if shape is towering:
            new[short][:, 5] = keep[:, 5]
        report = judged(old, save(tmp_path / f"wrong{number}", "llama", new))
        assert report.exit_code == 1, matrix


def written_into(file):
    file.write_bytes(bytes(file.stat().st_size))


def put_in_its_place(file):
    """Another file of the same size and time."""
    facts, other = file.stat(), file.with_name("other")
    other.write_bytes(bytes(facts.st_size))
    other.replace(file)
    os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def left_beside(file):
    """By another program, which removes it when it ends, as what it had left before is gone."""
    file.with_name(f".{file.name}.lock").write_bytes(b"")
    file.with_name("run.log").unlink(missing_ok=True)


@pytest.mark.parametrize("change", [written_into, put_in_its_place, left_beside])
@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
@pytest.mark.parametrize("which", ["old", "new"])
def test_a_file_that_changes_while_it_is_read_is_seen(which, name, change, tmp_path):
    """What was compared is then neither file, though each has the size of the first."""
    sides = [save(tmp_path / x, "llama", make("llama")) for x in ("old", "new")]
    for side in sides:
        os.utime(side / name, (1, 1))
        (side / "run.log").write_bytes(b"")
    told = []

    def say(done, total):
        if not told:
            change(tmp_path / which / name)
        told.append(done)

    def work():
        return verify(*map(open_side, sides), say)

    if change is left_beside:
        assert work().exit_code == 0
        assert len(told) > 1
        return
    with pytest.raises(InputError, match="was changed while it was read") as error:
        work()
    assert error.value.diagnostics[0].file == str(tmp_path / which / name)


def test_weights_of_any_name_are_watched(tmp_path):
    old = save(tmp_path / "old", "llama", make("llama"), shards=2)
    first = old / "model-00001-of-00002.safetensors"
    weights = first.rename(old / "first.weights")
    index = old / "model.safetensors.index.json"
    index.write_text(index.read_text().replace(first.name, weights.name))
    side = open_side(old)
    assert verify(side, side).exit_code == 0
    written_into(weights)
    with pytest.raises(InputError, match="was changed while it was read"):
        side.checkpoint.require_unchanged()

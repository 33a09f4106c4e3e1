"""Models that run, by Transformers with random weights: probed, and recorded."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from harness.cli import main
from tests.checkpoints.making import make as plain
from tests.checkpoints.making import save

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
from tests.checkpoints.test_transformers import loader, make  # noqa: E402 behind the check

pytestmark = pytest.mark.programs

FOUND = {
    "llama_bias": ("half-split pairs over 16 of 16 coordinates", 0),
    "cohere": ("interleaved pairs over 16 of 16 coordinates", 0),
    "phi": ("half-split pairs over 8 of 16 coordinates", 0),
    "glm": ("interleaved pairs over 8 of 16 coordinates", 0),
    "smollm3": ("no RoPE on any of 16 coordinates", 0),
    "qwen3": ("no plane turns freely", 3),
}
"""By the configs of the models, and what Transformers makes of them."""
FREQUENCIES = {
    "llama_bias": "frequencies 1 to 0.0003162, the powers of 10000",  # to the power of -7/8
    "cohere": "frequencies 1 to 1.031e-05, the powers of 500000",
    "phi": "frequencies 1 to 0.001, the powers of 10000",
}


def run(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.mark.parametrize("name", FOUND)
def test_a_family_is_confirmed_by_the_running_model(name, tmp_path):
    make(tmp_path / "old", name)
    done = run("probe", tmp_path / "old")
    words, code = FOUND[name]
    assert done.exit_code == code, done.output
    assert words in done.output
    if name == "llama_bias":
        assert "query heads of each key head: 2 each, one after another" in done.output
    if name in FREQUENCIES:
        assert FREQUENCIES[name] in done.output


def test_scaled_frequencies_are_told_as_the_model_has_them(tmp_path):
    make(tmp_path / "old", "llama_yarn")
    model = loader("llama").from_pretrained(tmp_path / "old")
    held = model.model.rotary_emb.inv_freq
    done = run("probe", tmp_path / "old")
    assert done.exit_code == 0, done.output
    words = f"frequencies {held.max():.4g} to {held.min():.4g}, scaled, not the powers of 10000"
    assert words in done.output


def test_a_file_that_says_rope_of_a_layer_without_it_is_refuted(tmp_path):
    make(tmp_path / "old", "smollm3")
    family = tmp_path / "mine.yaml"
    start = "family: mine\nsays: Mine.\nmodels: [smollm3]\nlike: smollm3\n"
    family.write_text(start + "roped: 'True'\n")
    done = run("probe", tmp_path / "old", "--family", family)
    assert done.exit_code == 1, done.output
    assert "no RoPE on any of 16 coordinates" in done.output


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        (
            "llama",
            "pairs: interleaved",
            "refuted, the family's file says interleaved",
        ),
        ("cohere", "pairs: half-split", "refuted, the family's file says half-split"),
        (
            "phi",
            "scores: [{query: q, key: k, rotated: head}]",
            "refuted, the family's file says half-split pairs over 16",
        ),
    ],
)
def test_a_wrong_family_is_refuted(name, change, words, tmp_path):
    make(tmp_path / "old", name)
    family = tmp_path / "mine.yaml"
    family.write_text(f"family: mine\nsays: Mine.\nmodels: [{name}]\nlike: {name}\n{change}\n")
    done = run("probe", tmp_path / "old", "--family", family)
    assert done.exit_code == 1, done.output
    assert words in done.output


def test_what_is_recorded_lies_in_the_cache_and_is_found(tmp_path):
    folder = tmp_path / "old"
    make(folder, "llama")
    tokens = np.random.default_rng(3).integers(3, 96, 40)
    np.save(tmp_path / "tokens.npy", tokens)
    seen = tmp_path / "seen.npz"
    done = run("record", folder, tmp_path / "tokens.npy", "--tokens", 32, "-o", seen, "--json")
    assert done.exit_code == 0, done.output
    [wrote] = json.loads(done.stdout)["wrote"]
    assert wrote == {"file": str(seen), "layers": 2, "tokens": 32, "heads": 2, "size": 16}
    found = np.load(seen)
    model = loader("llama").from_pretrained(folder, dtype=torch.float32)
    with torch.no_grad():
        cache = model(torch.tensor(tokens[:32])[None], use_cache=True).past_key_values
    for number, layer in enumerate(cache.layers):
        for name, held in (("keys", layer.keys), ("values", layer.values)):
            own = found[name][number]
            assert np.abs(own - held[0].transpose(0, 1).numpy()).max() < 1e-5
    assert found["queries"].shape == (2, 32, 4, 16)
    done = run("find", folder, "--calibrate", seen, "-o", tmp_path / "found.yaml")
    assert done.exit_code in (0, 1), done.output
    assert "head outputs" in done.output


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.zeros((2, 4), int), "whole numbers in one row"),
        (np.zeros(9), "whole numbers in one row"),
        (np.full(9, 96), "expected tokens from 0 to 95"),
        (np.zeros(3, int), "at least 4 tokens"),
    ],
)
def test_faults_of_tokens(array, words, tmp_path):
    make(tmp_path / "old", "llama")
    np.save(tmp_path / "tokens.npy", array)
    done = run("record", tmp_path / "old", tmp_path / "tokens.npy", "-o", tmp_path / "seen.npz")
    assert done.exit_code == 2, done.output
    assert words in done.output
    assert not (tmp_path / "seen.npz").exists()


def test_what_transformers_does_not_load_is_bad_input(tmp_path):
    old = save(tmp_path / "old", "llama", plain("llama"))
    (old / "config.json").write_text('{"model_type": "none"}')
    np.save(tmp_path / "tokens.npy", np.zeros(9, int))
    done = run("record", old, tmp_path / "tokens.npy", "-o", tmp_path / "seen.npz")
    assert done.exit_code == 2, done.output
    assert "Transformers does not load it" in done.output

"""What is found is measured, helps where it can, and is honest where it cannot."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from harness.cli import main
from tests.checkpoints.making import make, save


def run(*arguments):
    return CliRunner().invoke(main, [str(a) for a in arguments])


def seen(tmp_path, *, outliers):
    """Keys with a few large pairs, as trained models have them, or with none."""
    rng = np.random.default_rng(0)
    keys = rng.normal(size=(2, 64, 2, 16))
    values = rng.normal(size=(2, 64, 2, 16))
    if outliers:
        keys[..., 3] += 30
        values[..., 5] *= 40
    queries = rng.normal(size=(2, 64, 4, 16)) / 4
    path = tmp_path / "seen.npz"
    np.savez(path, keys=keys, values=values, queries=queries)
    return path


def test_large_pairs_are_found_and_folded(tmp_path):
    old = save(tmp_path / "old", "llama", make("llama"))
    path = seen(tmp_path, outliers=True)
    recipe = tmp_path / "found.yaml"
    done = run("find", old, "--calibrate", path, "-o", recipe)
    assert done.exit_code == 0, done.output
    assert "scales: given" in recipe.read_text()
    assert "values: hadamard" in recipe.read_text()
    rows = [line.split() for line in done.output.splitlines() if line.startswith("keys")]
    (row,) = (r for r in rows if r[1:7] == ["int4", "per", "token", "angles", "and", "scales"])
    assert float(row[8]) < float(row[7]) / 2
    assert run("fold", old, tmp_path / "new", "--recipe", recipe).exit_code == 0
    again = run("find", old, "--calibrate", path, "-o", recipe, "--json")
    found = json.loads(again.stdout)
    assert (again.exit_code, found["recipe"]) == (0, str(recipe))
    assert [f"{x['error']:.4f}" for x in found["rows"] if x["what"] == "keys"] == [
        r[-1] if r[-1] != "gain" else r[-3] for r in rows
    ]


def test_a_norm_and_a_gate_leave_nothing_to_find(tmp_path):
    old = save(tmp_path / "old", "qwen3_next", make("qwen3_next"))
    done = run("find", old, "--calibrate", seen(tmp_path, outliers=True), "-o", tmp_path / "r.yaml")
    assert done.exit_code == 1
    assert "a gate or clipping follows" in done.output
    assert not (tmp_path / "r.yaml").exists()
    done = run("find", old, "--calibrate", seen(tmp_path, outliers=True), "--json")
    assert (done.exit_code, json.loads(done.stdout)["recipe"]) == (1, None)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.pop("values"), "expected values of shape"),
        (lambda d: d.update(keys=d["keys"][:1]), "expected keys of shape"),
        (lambda d: d["queries"].__setitem__((0, 0, 0, 0), np.nan), "no finite number"),
        (lambda d: d.update(values=d["values"][:, :9]), "as many tokens as keys"),
    ],
)
def test_faults_of_activations(change, message, tmp_path):
    old = save(tmp_path / "old", "llama", make("llama"))
    path = seen(tmp_path, outliers=False)
    data = dict(np.load(path))
    change(data)
    np.savez(path, **data)
    done = run("find", old, "--calibrate", path, "-o", tmp_path / "r.yaml")
    assert done.exit_code == 2
    assert message in done.output
    path.write_bytes(b"not numbers")
    assert run("find", old, "--calibrate", path).exit_code == 2

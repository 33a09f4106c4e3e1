"""Folding and verifying beside copying: the attention of one layer of a 7B model.

python -m benchmarks.checkpoints [--size 4096] [--heads 32]
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import tempfile
import time
from pathlib import Path

import ml_dtypes
import numpy as np
from safetensors.numpy import save_file

from harness.checkpoints.fold import _write
from harness.checkpoints.recipes import read_recipe
from harness.checkpoints.sides import open_side
from harness.checkpoints.verify import verify


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=4096)
    parser.add_argument("--heads", type=int, default=32)
    chosen = parser.parse_args()
    rng = np.random.default_rng(0)
    shape = (chosen.size, chosen.size)
    tensors = {
        f"model.layers.0.self_attn.{x}_proj.weight": rng.normal(size=shape, scale=0.02).astype(
            ml_dtypes.bfloat16
        )
        for x in "qkvo"
    }
    config = {"model_type": "llama", "hidden_size": chosen.size, "num_hidden_layers": 1}
    config |= {"num_attention_heads": chosen.heads, "num_key_value_heads": chosen.heads}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "old").mkdir()
        save_file(tensors, folder / "old" / "model.safetensors")
        (folder / "old" / "config.json").write_text(json.dumps(config))
        (folder / "r.yaml").write_text("angles: random\nvalues: random\n")
        recipe = read_recipe(folder / "r.yaml")
        times: dict[str, list[float]] = {"copy": [], "fold": [], "verify": []}
        for _ in range(3):
            shutil.rmtree(folder / "new", ignore_errors=True)
            shutil.rmtree(folder / "copy", ignore_errors=True)
            start = time.perf_counter()
            shutil.copytree(folder / "old", folder / "copy")
            times["copy"].append(time.perf_counter() - start)
            (folder / "new").mkdir()
            start = time.perf_counter()
            _write(open_side(folder / "old"), folder / "new", recipe, lambda done, total: None)
            times["fold"].append(time.perf_counter() - start)
            shutil.copy(folder / "old" / "config.json", folder / "new")
            start = time.perf_counter()
            report = verify(open_side(folder / "old"), open_side(folder / "new"))
            times["verify"].append(time.perf_counter() - start)
            assert report.exit_code == 0, report.faults
    best = {name: min(found) for name, found in times.items()}
    size = sum(t.nbytes for t in tensors.values())
    print(f"{size / 1e6:.0f} MB of attention, worst residual {report.worst:.2f}")
    for name, seconds in best.items():
        print(f"{name:7} {seconds:6.2f} s  {seconds / best['copy']:5.1f} copies")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:.0f} MiB")


if __name__ == "__main__":
    main()

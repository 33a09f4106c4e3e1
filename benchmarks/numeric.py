"""What the numeric engine costs, as ratios of one run. Run: python -m benchmarks.numeric

- the leg: seconds of CPU for every claim of the project, and for all;
- batching: fold and both sides of the single-head block at (d_model 64, d_head 16, 8 tokens),
  32 instances at once, against a Python loop over instances with NumPy inside;
- exact: the scores of one query in 4 heads of 16 at d_model 64 and 16 tokens modulo a prime,
  8 instances at once, against FLINT's `nmod_mat` (where python-flint is installed).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from harness.arrays import Evaluator
from harness.arrays.floats import Float64
from harness.claims.model import Claim, Library
from harness.claims.project import load_project
from harness.numeric.exact import random_functions
from harness.numeric.families import Style
from harness.numeric.functions import open_functions
from harness.numeric.hypotheses import assign
from harness.numeric.leg import check
from harness.numeric.modular import PRIMES, PrimeField
from harness.numeric.reals import RealField
from harness.numeric.sampling import Instance, Sampler
from harness.numeric.threads import one_thread

ROOT = Path(__file__).parents[1]
STYLE = Style("rotated pairs", "adjacent pairs")


def seconds(work: Callable[[], object], repeats: int = 7) -> float:
    """The median time of one call, the first not counted."""
    work()
    found = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return median(found)


def legs(claims: tuple[Claim, ...], library: Library) -> None:
    total = 0.0
    for claim in claims:
        start = time.process_time()
        outcomes = [str(e.outcome) for e in check(claim, library)]
        spent = time.process_time() - start
        total += spent
        print(f"  {spent:6.2f} s  {claim.theorem}: {', '.join(outcomes)}")
    print(f"  {total:6.2f} s  of CPU for {len(claims)} claims")


def loop(instance: Instance) -> list[float]:
    """Fold, both outputs and their difference, one instance after the other with NumPy."""
    get = instance.array
    at = {n: instance.values[n].array for n in ("p", "pos")}  # type: ignore[union-attr]
    found = []
    for i in range(instance.lanes):
        turn, token, tokens, r = get("Θ")[i], get("x")[i], get("T")[i], get("R")[i]
        wq, wk, wv, wo = (get(name)[i] for name in ("Wq", "Wk", "Wv", "Wo"))
        query_turn, key_turns = turn[at["p"][i]], turn[at["pos"][i]]
        sides = []
        for a, b, c, d in ((r @ wq, r @ wk, r @ wv, wo @ r.T), (wq, wk, wv, wo)):
            keys = (key_turns @ (tokens @ b.T)[:, :, None])[:, :, 0]
            scores = keys @ (query_turn @ (a @ token)) / 4
            powers = np.exp(scores - scores.max())
            sides.append(d @ ((powers / powers.sum()) @ (tokens @ c.T)))
        found.append(float(np.abs(sides[0] - sides[1]).max()))
    return found


def batching(claim: Claim, library: Library) -> None:
    sizes = {"n": 8, "d": 16, "m": 64, "P": 9}
    maker = open_functions("softmax")
    sampler = Sampler(claim, library, assign(claim, library), RealField(), maker)
    rng = np.random.default_rng(0)
    drawing = seconds(lambda: sampler.draw(rng, sizes, 32, [STYLE]), 3)
    instance = sampler.draw(rng, sizes, 32, [STYLE])
    walk = Evaluator(library, Float64(), sizes)
    batched = seconds(lambda: walk.equation(claim.conclusion, instance.values))
    looped = seconds(lambda: loop(instance))
    print(f"  {32 / batched:9,.0f} instances/s at once")
    print(f"  {32 / looped:9,.0f} instances/s in a loop; ratio {looped / batched:.1f}")
    print(f"  {32 / drawing:9,.0f} instances/s drawn")


def exact(claim: Claim, library: Library) -> None:
    sizes = {"n": 16, "d": 16, "m": 64, "P": 17}
    field = PrimeField(PRIMES[0])
    functions = random_functions(field)
    sampler = Sampler(claim, library, assign(claim, library), field, functions)
    instance = sampler.draw(np.random.default_rng(0), sizes, 4 * 8, [STYLE])
    walk = Evaluator(library, field, sizes)
    side = claim.conclusion.right
    batched = seconds(lambda: walk.term(side, instance.values)) / 8
    print(f"  {1 / batched:9,.0f} checks/s modulo {field.prime}")
    try:
        from flint import nmod_mat
    except ImportError:
        print("  python-flint is not installed: nothing to compare with")
        return

    def matrix(array: np.ndarray) -> Any:
        numbers = field.canonical(array)
        flat = numbers.reshape(-1, numbers.shape[-1])
        return nmod_mat(*flat.shape, flat.ravel().tolist(), field.prime)

    get = instance.array
    at = {n: instance.values[n].array for n in ("p", "pos")}  # type: ignore[union-attr]
    parts = []
    for k in range(4):
        turns = [matrix(turn) for turn in get("Θ")[k]]
        token, tokens = matrix(get("x")[k][:, None]), [matrix(t[:, None]) for t in get("T")[k]]
        keys = [turns[place] for place in at["pos"][k]]
        whole = matrix(get("Wq")[k]), matrix(get("Wk")[k])
        parts.append((whole, turns[at["p"][k]], token, keys, tokens))

    def heads() -> None:
        for (wq, wk), turn, token, keys, tokens in parts:
            query = (turn * (wq * token)).transpose()
            for key, other in zip(keys, tokens, strict=True):
                _ = query * (key * (wk * other))

    flint = seconds(heads, 3)
    print(f"  {1 / flint:9,.0f} checks/s by FLINT; ratio {flint / batched:.1f}")


def main() -> None:
    project = load_project(ROOT)
    claims = {claim.theorem: claim for claim in project.claims}
    block = claims["folded_qkvo_attention_block_invariant_of_commutes"]
    with one_thread():
        print("the leg")
        legs(project.claims, project.library)
        print("batching, single head, d_model 64, d_head 16, 8 tokens")
        batching(block, project.library)
        print("exact scores, 4 heads of 16, d_model 64, 16 tokens")
        exact(claims["ropeScores_invariant_of_commutes"], project.library)


if __name__ == "__main__":
    main()

"""What the symbolic engine costs, as ratios of one run. Run: python -m benchmarks.symbolic

- proofs: every claim of the project, for every size, completion of the hypotheses included;
- certificates: the scores under RoPE with R and Θ generic, a symbol in every entry, in SymPy's
  `ring` and python-flint's polynomials, against `expand` and `simplify` of SymPy's expressions;
- blocks: a whole single-head block at (d_head, n_ctx, d_model) = (4, 3, 4), entry by entry, by the
  certificate (nothing assumed) and from instances of the hypotheses;
- growth: the certificate's expansion as dimension, heads and positions grow.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from harness.claims.model import Claim, Library
from harness.claims.project import load_project
from harness.instances.tables import Table, sizes_of
from harness.symbolic.certificate import certify
from harness.symbolic.ground import compare
from harness.symbolic.ideal import reduce_modulo_hypotheses
from harness.symbolic.prove import prove
from harness.symbolic.verify import Certificate, expand, fault, rehearse

ROOT = Path(__file__).parents[1]
SCORES = "ropeScores_invariant_of_commutes"
BLOCK = "folded_qkvo_attention_block_invariant_of_commutes"
HEADS = "concatProjectedMultiHeadRopeAttentionBlockOutput_invariant_of_commutes"

LIMIT = 20.0
"""Seconds after which SymPy's `simplify` is stopped."""


def seconds(call: Callable[[], object], repeats: int = 5) -> float:
    """The median CPU time of one call, the first not counted."""
    call()
    found = []
    for _ in range(repeats):
        start = time.process_time()
        call()
        found.append(time.process_time() - start)
    return median(found)


class Case:
    """A claim with its certificate."""

    def __init__(self, name: str) -> None:
        project = load_project(ROOT)
        self.library: Library = project.library
        self.claim: Claim = next(c for c in project.claims if c.theorem == name)
        proof = prove(self.claim, self.library.definitions)
        self.certificate: Certificate = certify(self.claim, proof)

    def expanded(self, dims: tuple[int, ...], backend: str) -> float:
        def call() -> None:
            found = expand(self.certificate, self.claim, self.library, dims, backend=backend)
            assert not found.failed, found.failed

        return seconds(call)

    def products(self, dims: tuple[int, ...]) -> int:
        return rehearse(self.certificate, self.claim, self.library, dims).products


class Expressions:
    """SymPy's expressions, which are 0 where `expand` makes 0 of them."""

    def __init__(self) -> None:
        import sympy

        self.of = sympy.Integer
        self.expand = sympy.expand
        self.symbols = sympy.numbered_symbols()

    def symbol(self, name: str) -> Any:
        return next(self.symbols)

    def key(self, number: Any) -> Any:
        return number if isinstance(number, int) else self.expand(number)

    def are_zero(self, array: Any) -> bool:
        return all(self.expand(number) == 0 for number in array.reshape(-1))


def by_expand(case: Case, dims: tuple[int, ...]) -> float:
    """How long the same certificate takes with SymPy's expressions, its cache empty."""
    from sympy.core.cache import clear_cache

    sizes = sizes_of(case.claim.parameters, dims)

    def call() -> None:
        clear_cache()
        numbers = Expressions()
        table = Table(numbers.symbol, numbers.key)
        assert not fault(case.certificate, case.claim, case.library, sizes, table, numbers)

    return seconds(call, repeats=3)


def simplify_scores(n: int, m: int) -> None:
    """One score in a plane, everything a rotation by an angle, in SymPy's own matrices."""
    import sympy

    def turn(angle: Any) -> Any:
        c, s = sympy.cos(angle), sympy.sin(angle)
        return sympy.Matrix([[c, -s], [s, c]])

    phi, omega, p = sympy.symbols("phi omega p")
    symbols = sympy.numbered_symbols()

    def matrix(rows: int, columns: int) -> Any:
        return sympy.Matrix(rows, columns, lambda i, j: next(symbols))

    rotation, wq, wk, x = turn(phi), matrix(2, m), matrix(2, m), matrix(m, 1)
    for j in range(n):
        token, place = matrix(m, 1), turn(omega * j)
        one = (turn(omega * p) * rotation * wq * x).dot(place * rotation * wk * token)
        two = (turn(omega * p) * wq * x).dot(place * wk * token)
        assert sympy.simplify(one - two) == 0


def limited(limit: float, target: Callable[..., None], *arguments: int) -> str:
    """How long a call takes in a process of its own, imports included; or that it was stopped."""
    process = multiprocessing.get_context("spawn").Process(target=target, args=arguments)
    start = time.perf_counter()
    process.start()
    process.join(limit)
    spent = time.perf_counter() - start
    if process.is_alive():
        process.kill()
        process.join()
        return f"stopped after {limit:.0f} s"
    assert process.exitcode == 0
    return f"{spent:.1f} s by the clock, its start included"


def proofs() -> None:
    project = load_project(ROOT)
    found = []
    for claim in project.claims:
        spent = seconds(lambda claim=claim: prove(claim, project.library.definitions))
        found.append((spent, claim.theorem))
    for spent, theorem in sorted(found, reverse=True)[:3]:
        print(f"  {1e3 * spent:7.2f} ms  {theorem}")
    total = sum(spent for spent, _ in found)
    print(f"  {1e3 * total:7.2f} ms  all {len(found)}; the slowest are above")


def certificates() -> None:
    case = Case(SCORES)
    for d in (2, 3, 4, 6):
        dims = (1, d, 1)
        ring, flint = case.expanded(dims, "sympy"), case.expanded(dims, "flint")
        line = f"  d = {d}: ring {1e3 * ring:7.1f} ms, python-flint {1e3 * flint:6.1f} ms"
        if d <= 4:
            plain = by_expand(case, dims)
            line += f", expand {1e3 * plain:7.1f} ms: {plain / ring:.0f} times ring"
        print(f"{line} ({case.products(dims)} products)")
    print(f"  rotations by angles, d = 2: simplify {limited(LIMIT, simplify_scores, 2, 2)}")


def blocks() -> None:
    case = Case(BLOCK)
    spent = case.expanded((3, 4, 4), "flint")
    products = case.products((3, 4, 4))
    print(f"  certificate, python-flint: {1e3 * spent:6.1f} ms ({products} products)")
    for backend in ("sympy", "flint"):

        def call(backend: str = backend) -> None:
            found = compare(case.claim, case.library, (3, 4, 4), backend=backend)
            assert found is not None
            assert found.is_equal

        print(f"  from instances, {backend}: {1e3 * seconds(call):6.1f} ms")

    def member() -> None:
        found = reduce_modulo_hypotheses(case.claim, case.library, (1, 2, 1))
        assert found is not None
        assert found.is_member

    print(f"  at (2, 1, 1), by ideal membership: {1e3 * seconds(member):6.1f} ms")
    ring, plain = case.expanded((2, 2, 2), "sympy"), by_expand(case, (2, 2, 2))
    times = f"{plain / ring:.0f} times"
    print(f"  at (2, 2, 2): ring {1e3 * ring:.1f} ms, expand {1e3 * plain:.1f} ms: {times}")


def growth() -> None:
    block, heads = Case(BLOCK), Case(HEADS)
    series = {
        "dimension": [(d, block, (1, d, 1)) for d in (1, 2, 4, 6, 8)],
        "positions": [(n, block, (n, 2, 2)) for n in (1, 2, 4, 8, 16)],
        "d_model": [(m, block, (2, 2, m)) for m in (1, 2, 4, 8)],
        "heads": [(h, heads, (2, 2, 2, h)) for h in (1, 2, 4, 8)],
    }
    for name, cases in series.items():
        times = [f"{size}: {1e3 * c.expanded(dims, 'flint'):.1f} ms" for size, c, dims in cases]
        print(f"  {name:10} {', '.join(times)}")


def main() -> None:
    for title, part in (
        ("Proofs for every size", proofs),
        ("Certificates of the scores, R and Θ generic, (n_ctx, d_model) = (1, 1)", certificates),
        ("A single-head block at (d_head, n_ctx, d_model) = (4, 3, 4)", blocks),
        ("Growth of the certificate's expansion, python-flint", growth),
    ):
        print(title)
        part()


if __name__ == "__main__":
    main()

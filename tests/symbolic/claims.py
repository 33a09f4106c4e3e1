"""Claims for tests, made from text by way of a specification file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from harness.claims.library import load_library
from harness.claims.load import load_claim
from harness.claims.model import Claim, Library

HERE = Path(__file__).parent
SPECS = HERE.parents[1] / "specs"

OVER: Mapping[str, str] = {
    "vectors": """
      n, d, e, m: dimension
      weights: vector(n) -> vector(n)
      exp: scalar -> scalar
      f: vector(d) -> vector(d)
      A, B, C, R, S: matrix(d, d)
      J: matrix(e, d)
      Wo: matrix(m, d)
      q, u, v: vector(d)
      K, V: index(n) -> vector(d)
      a, b: scalar
    """,
    "stream": """
      m, d, h, l: dimension
      f, g: scalar -> scalar
      R: index(h) -> matrix(d, d)
      v: index(h) -> vector(d)
      W: matrix(l, m)
      O: matrix(m, d*h)
      γ, x: vector(m)
    """,
    "rope": """
      n, d, m: dimension
      P: type
      weights: vector(n) -> vector(n)
      Θ: P -> matrix(d, d)
      minus: P -> P -> P
      A, B, R, S: matrix(d, d)
      U: matrix(m, m)
      Wq, Wk, Wv: matrix(d, m)
      Wo: matrix(m, d)
      p: P
      x: vector(m)
      pos: index(n) -> P
      T: index(n) -> vector(m)
      q, bq, bk, bv: vector(d)
      bo: vector(m)
      K, V: index(n) -> vector(d)
    """,
    "partial": """
      n, k, l, m: dimension
      P: type
      weights: vector(n) -> vector(n)
      Θ: P -> matrix(k, k)
      R: matrix(k, k)
      S: matrix(l, l)
      Wq, Wk, Wv: matrix(k + l, m)
      Wo: matrix(m, k + l)
      p: P
      x: vector(m)
      pos: index(n) -> P
      T: index(n) -> vector(m)
    """,
    "heads": """
      n, d, m, h, g: dimension
      P: type
      weights: index(h) -> vector(n) -> vector(n)
      Θ: index(h) -> P -> matrix(d, d)
      R: index(h) -> matrix(d, d)
      Wq, Wk, Wv: index(h) -> matrix(d, m)
      group: index(h) -> index(g)
      G: index(g) -> matrix(d, d)
      Gk, Gv: index(g) -> matrix(d, m)
      Wo: matrix(m, d*h)
      p: P
      x: vector(m)
      pos: index(n) -> P
      T: index(n) -> vector(m)
    """,
    "parts": """
      d1, d2, d3, d4, m: dimension
      R1: matrix(d1, d1)
      R2: matrix(d2, d2)
      R3: matrix(d3, d3)
      R4: matrix(d4, d4)
      M: matrix(d1, d2)
      N: matrix(d2, d1)
      v1: vector(d1)
      v2: vector(d2)
      v3: vector(d3)
      v4: vector(d4)
      Wo: matrix(m, (d1 + d2) + (d3 + d4))
      Wp: matrix(m, d1 + d2)
    """,
    "pairs": """
      k: dimension
      a, b, c, s: scalar
      y, z, y', z': vector(k)
      t, w: vector(2)
      H: matrix(2*k, 2*k)
      F: matrix(k + k, k + k)
      D, E: matrix(2, 2)
    """,
}
"""Variables that the claims in true.yaml and false.yaml speak of."""


def library() -> Library:
    """The project's definitions."""
    return load_library(SPECS / "definitions.yaml", "definitions.yaml")


@cache
def cases(name: str) -> list[dict[str, Any]]:
    """The entries of a file of claims."""
    found: list[dict[str, Any]] = yaml.safe_load((HERE / name).read_text("utf-8"))
    return found


def build(
    folder: Path,
    definitions: Library,
    over: str,
    then: str,
    assume: Mapping[str, str] | None = None,
) -> Claim:
    """A claim read from a file in `folder`, over variables: a name in `OVER`, or their YAML."""
    variables = yaml.load(OVER.get(over, over), Loader=yaml.BaseLoader)
    data = {
        "theorem": "tested",
        "says": "A claim of a test.",
        "scalars": "field",
        "for": variables,
        "then": then,
    }
    if assume:
        data["assume"] = dict(assume)
    path = folder / "tested.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), "utf-8")
    return load_claim(path, "tested.yaml", definitions)


def build_case(folder: Path, definitions: Library, case: Mapping[str, Any]) -> Claim:
    """The claim of an entry."""
    return build(folder, definitions, case["over"], case["then"], case.get("assume"))

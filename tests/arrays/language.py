"""Terms and statements for tests, written as they stand in a specification."""

from pathlib import Path

from harness.claims.load import load_claim
from harness.claims.model import Claim, Library
from harness.claims.project import load_project
from harness.language.elaborate import elaborate_term
from harness.language.parser import parse_term, parse_type
from harness.language.terms import Term
from harness.language.types import Parameter, Sort

ROOT = Path(__file__).parents[2]
PROJECT = load_project(ROOT)
LIBRARY: Library = PROJECT.library
CLAIMS: dict[str, Claim] = {claim.theorem: claim for claim in PROJECT.claims}


def parameters(declared: dict[str, str]) -> tuple[Parameter, ...]:
    """`{"n, m": "dimension", "u": "vector(n)"}` as parameters."""
    found = []
    for names, text in declared.items():
        for name in names.split(","):
            is_sort = text in ("dimension", "type")
            found.append(Parameter(name.strip(), Sort(text) if is_sort else parse_type(text)))
    return tuple(found)


def term(text: str, declared: dict[str, str]) -> Term:
    """A term over these parameters and the project's definitions."""
    return elaborate_term(parse_term(text), LIBRARY.scope(parameters(declared)))


def claim_of(folder: Path, text: str) -> Claim:
    """A claim from YAML without its `theorem` and `says`, over the project's definitions."""
    path = folder / "claim.yaml"
    path.write_text(f"theorem: example\nsays: An example.\n{text}", "utf-8")
    return load_claim(path, "claim.yaml", LIBRARY)


def edited(theorem: str, folder: Path, *replacements: tuple[str, str]) -> Claim:
    """A claim of the project with its YAML changed: each text replaced once, at its first place."""
    text = (ROOT / "specs" / f"{theorem}.yaml").read_text("utf-8")
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = folder / f"{theorem}.yaml"
    path.write_text(text, "utf-8")
    return load_claim(path, path.name, LIBRARY)

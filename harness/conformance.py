"""A function held to a definition from code: what `harness.conforms` and the pytest fixture do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from harness.evidence import Evidence, Outcome


def conforms(
    function: Callable[..., Any],
    definition: str,
    *,
    project: str | Path = ".",
    seed: int = 0,
    **binding: Any,
) -> tuple[Evidence, ...]:
    """Ask whether a function computes a definition; the evidence of every check.

    `binding` are the keys of a file in `specs/programs/` (`for_` for `for`, `open_` for `open`).
    The function is run as it is, in this process and without limits; it may as well be a class or
    a module of PyTorch, or an exported graph of one. Raises `InputError` for a binding that does
    not fit.
    """
    import yaml

    from harness.claims.programs import load_program
    from harness.claims.project import find_root, load_claims_of, open_project
    from harness.programs.leg import check

    opened = open_project(find_root(Path(project)))
    claims = load_claims_of(opened)
    name = _name(function)
    data = {"program": f"python:{name}", "implements": definition}
    data |= {key.rstrip("_"): value for key, value in binding.items()}
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{name}.yaml"
        path.write_text(yaml.safe_dump(_texts(data), allow_unicode=True, sort_keys=False), "utf-8")
        program = load_program(path, f"binding of {name}", opened.library, opened.root)
    program = replace(program, call=function)
    about = opened.library.definitions[definition]
    return tuple(check(about, opened.library, program=program, claims=claims, seed=seed))


def implements(
    definition: str, **binding: Any
) -> Callable[[Callable[..., Any]], Callable[[], None]]:
    """A decorator that makes a test of a function: it passes where the function conforms."""

    def test_of(function: Callable[..., Any]) -> Callable[[], None]:
        def test() -> None:
            assert_conforms(function, definition, **binding)

        test.__name__ = test.__qualname__ = _name(function)
        test.__module__, test.__doc__ = function.__module__, function.__doc__
        vars(test)["__test__"] = True  # pytest collects it, whatever it is called
        return test

    return test_of


def same(
    one: Callable[..., Any],
    other: Callable[..., Any],
    *,
    shapes: Mapping[str, tuple[int, ...]],
    seed: int = 0,
    **others: Any,
) -> Evidence:
    """Ask whether two functions are one, without rounding.

    Both get arrays of these shapes by name, and `others` as they are. They may be of different
    libraries. A refutation names the first entry and the operator at which they part.
    """
    from harness.programs.same import same as ask
    from harness.programs.target import Unusable
    from harness.programs.untouched import untouched

    with untouched(Unusable):
        return ask((one, other), shapes, others, seed)


def _name(function: Callable[..., Any]) -> str:
    name = getattr(function, "__name__", type(function).__name__)
    return name if name.isidentifier() else "function"


def _texts(data: Any) -> Any:
    """What YAML would write in a way that the strict reader does not know: floats, booleans."""
    match data:
        case Mapping():
            return {key: _texts(value) for key, value in data.items()}
        case list() | tuple():
            return [_texts(value) for value in data]
        case bool() | float():
            return str(data).lower()
        case _:
            return data


def assert_conforms(function: Callable[..., Any], definition: str, **binding: Any) -> None:
    """Fail with what was found unless every check confirms or does not apply, one confirming."""
    __tracebackhide__ = True  # pytest then shows the line of the test, and none of these
    found = conforms(function, definition, **binding)
    outcomes = {item.outcome for item in found}
    if not (all(o.is_fine for o in outcomes) and Outcome.CONFIRMED in outcomes):
        lines = [f"{_name(function)} does not conform to {definition}"]
        for item in found:
            lines.append(f"{item.check}: {item.outcome.value}: {item.summary}")
            if item.counterexample is not None:
                example = item.counterexample
                lines.append(f"  {example.remark}: {example.left} and {example.right}")
        raise AssertionError("\n".join(lines))

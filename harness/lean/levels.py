"""Levels of universes as texts.

A level is `0`, the name of a parameter, `+l` for the one above `l`, `(k|l)` for the larger of two,
or `(k~l)` for the same where 0 as the second makes it 0. In a `Sort`, where `Type u` is meant by
`u`, `-l` is the one below `l`; it stands nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from harness.kernel import terms as kernel
from harness.kernel.terms import Level, Name


def parameter(number: int) -> str:
    """What the parameter of this number is called."""
    return "u" if number == 0 else "v" if number == 1 else f"v_{number - 1}"


def raised(level: str, by: int) -> str:
    """A level so many higher, or lower; `-u` is the one below `u`, of which `Type` is `Sort u`."""
    while by > 0:
        level, by = level[1:] if level.startswith("-") else f"+{level}", by - 1
    while by < 0:
        level, by = level[1:] if level.startswith("+") else f"-{level}", by + 1
    return level


def put(level: str, levels: Mapping[str, str]) -> str:
    """A level with others in place of its parameters."""
    base = level.lstrip("+")
    more = len(level) - len(base)
    if base.startswith("("):
        left, mark, right = _halves(base)
        return raised(f"({put(left, levels)}{mark}{put(right, levels)})", more)
    return raised(levels.get(base, base), more)


def stored(level: Level, called: Callable[[Name], str]) -> str:
    """A level as Lean has it, with what its parameters are called."""
    match level:
        case kernel.Succ():
            return f"+{stored(level.of, called)}"
        case kernel.Max() | kernel.IMax():
            mark = "|" if isinstance(level, kernel.Max) else "~"
            return f"({stored(level.left, called)}{mark}{stored(level.right, called)})"
        case kernel.Param():
            return called(level.name)
    return "0"


def solved(types: Sequence[tuple[str, str]], parameters: int) -> dict[str, str]:
    """The parameters of a constant for which its types, the first of each pair, lie in the second.

    A type in one parameter tells it; of a larger of two, each that is left may be the whole. What
    comes of it may be none (`is_one`).
    """
    names = [parameter(number) for number in range(parameters)]
    found: dict[str, str] = {}
    for own, wanted in types:
        base = own.lstrip("+")
        if base in names:
            found[base] = raised(wanted, len(base) - len(own))
    for own, wanted in types:
        for name, added in _parts(own):
            if name in names:
                found.setdefault(name, raised(wanted, -added))
    return {name: found.get(name, "0") for name in names}


def is_one(level: str, other: str) -> bool:
    """Whether two levels are the same at all values that are tried; for words, not for proofs."""
    names = sorted({name for each in (level, other) for name, _ in _parts(each)} - {"0"})
    trials = ([(number * 3 + k) % 5 for number in range(len(names))] for k in range(5))
    values = [dict(zip(names, trial, strict=True)) for trial in trials]
    values += [{n: 4 * (n == name) for n in names} for name in names]
    return all(_value(level, given) == _value(other, given) for given in values)


def universe(level: str) -> str:
    """The Lean text of the type that a `Sort` of this level is, where `u` stands for `Type u`."""
    if level in ("", "-0"):
        return "Prop"
    if level.startswith("-"):
        return f"Sort {_text(level[1:])}"
    base = level.lstrip("+")
    more = len(level) - len(base)
    if base == "0":
        return f"Type {more}"
    return f"Type ({_plain(base)} + {more})" if more else f"Type {_text(base)}"


def _text(level: str) -> str:
    return f"({_plain(level)})" if level.startswith(("(", "+")) else level


def _plain(level: str) -> str:
    base = level.lstrip("+")
    more = len(level) - len(base)
    if more:
        return str(more) if base == "0" else f"{_text(base)} + {more}"
    if base.startswith("("):
        left, mark, right = _halves(base)
        return f"{'max' if mark == '|' else 'imax'} {_text(left)} {_text(right)}"
    return base


def _halves(level: str) -> tuple[str, str, str]:
    """Both parts of `(k|l)` or `(k~l)`, and what stands between them."""
    depth = 0
    for place, character in enumerate(level):
        depth += (character == "(") - (character == ")")
        if depth == 1 and character in "|~":
            return level[1:place], character, level[place + 1 : -1]
    raise ValueError(f"{level!r} is no level")


def _parts(level: str, added: int = 0) -> Iterator[tuple[str, int]]:
    """The parameters in a level, each with what is added to it."""
    base = level.lstrip("+-")
    added += level.count("+", 0, len(level) - len(base)) - level.startswith("-")
    if base.startswith("("):
        left, _, right = _halves(base)
        yield from _parts(left, added)
        yield from _parts(right, added)
    else:
        yield base, added


def _value(level: str, values: Mapping[str, int]) -> int:
    base = level.lstrip("+-")
    added = level.count("+", 0, len(level) - len(base)) - level.startswith("-")
    if base.startswith("("):
        left, mark, right = _halves(base)
        low, high = _value(left, values), _value(right, values)
        return added + (0 if mark == "~" and high == 0 else max(low, high))
    return added + (0 if base == "0" else values[base])

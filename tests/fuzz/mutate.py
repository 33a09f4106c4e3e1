"""From a good text to a bad one, by a seeded generator: the same seed gives the same text."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

WORDS = (
    *("theorem", "says", "for", "assume", "then", "waive", "scalars", "definitions", "is", "off"),
    *("namespace", "primitives", "class", "operations", "questions", "toggles", "drop", "replace"),
    *("dimension", "type", "scalar", "vector(n)", "matrix(n, n)", "index(n)", "dot", "append"),
    *("∀ p, ", "Σ j, ", "j ↦ ", "[j ↦ v[j]]", "ᵀ", ".T", " @ ", " * ", " + ", " = ", " -> ", "(x)"),
    *("0", "1", "-1", "07", "1e9", "0x1F", "1:30", "2026-01-01", "9" * 19, "9" * 5000, "null"),
    *("true", "no", "~", "!!python/object:os.system x", "!!int a", "&a", "*a", "<<: ", "? ", "%"),
    *("---\n", "...\n", "\n", "\r\n", "\r", "\t", "  ", " #", ": ", "- ", "|\n", ">-\n", "'", '"'),
    *("[", "]", "{", "}", ",", "(", ")", "\\", "\x00", "\x1b[2J", "\u2028", "\u202e", "\ufeff"),
    *("\uffff", "\ud800", "\U0010ffff", "ο", "ν", "Α", "é", "🙂", "`", "$(true)", "</script>"),
    *("NaN", "Infinity", "1e999", "../../..", "/dev/zero", "__class__", "{0.__class__}", "%s%n"),
)

LONG: tuple[Callable[[int], str], ...] = (
    lambda n: "(" * n,
    lambda n: "[" * n,
    lambda n: "{a: " * n,
    lambda n: "- " * n,
    lambda n: "x" + " + x" * n,
    lambda n: "R" + ".T" * n,
    lambda n: "f" + "(x)" * n,
    lambda n: "-" * n + "x",
    lambda n: "n*" * n + "n",
    lambda n: "scalar -> " * n + "scalar",
    lambda n: "j ↦ " * n + "x",
    lambda n: "x" * n,
    lambda n: "1_" * n,
    lambda n: "a:\n " * n,
)


def damaged(text: str, others: Sequence[str], random: Random) -> str:
    """`text` with a few changes, of which some are borrowed from `others`."""
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        text = random.choice(_CHANGES)(text, others, random)
    return text


def encoded(text: str, random: Random) -> bytes:
    """`text` as bytes, now and then in another encoding, or with some of them damaged."""
    data = text.encode("utf-8", "surrogatepass")
    match random.randrange(40):
        case 0:
            return text.encode("utf-16", "surrogatepass")
        case 1:
            return b"\xef\xbb\xbf" + data
        case 2:
            return text.replace("\n", "\r\n").encode("utf-8", "surrogatepass")
        case 3 if data:
            place = random.randrange(len(data))
            return data[:place] + bytes([random.randrange(256)]) + data[place + 1 :]
    return data


def _cut(text: str, random: Random) -> tuple[int, int]:
    first = random.randrange(len(text) + 1)
    return first, min(len(text), first + random.choice((0, 1, 1, 2, 5, 20, 100)))


def _inserted(text: str, others: Sequence[str], random: Random) -> str:
    first, last = _cut(text, random)
    return text[:first] + random.choice(WORDS) + text[last:]


def _removed(text: str, others: Sequence[str], random: Random) -> str:
    first, last = _cut(text, random)
    return text[:first] + text[last:]


def _truncated(text: str, others: Sequence[str], random: Random) -> str:
    return text[: random.randrange(len(text) + 1)]


def _spliced(text: str, others: Sequence[str], random: Random) -> str:
    other = random.choice(others)
    first, last = _cut(other, random)
    place = random.randrange(len(text) + 1)
    return text[:place] + other[first:last] + text[place:]


def _lengthened(text: str, others: Sequence[str], random: Random) -> str:
    count = random.choice((3, 30, 60, 99, 101, 500, 3000))
    first, last = _cut(text, random)
    return text[:first] + random.choice(LONG)(count) + text[last:]


def _lines_moved(text: str, others: Sequence[str], random: Random) -> str:
    lines = text.split("\n")
    line = lines.pop(random.randrange(len(lines)))
    place = random.randrange(len(lines) + 1)
    return "\n".join([*lines[:place], line, *([line] * random.randrange(2)), *lines[place:]])


def _value_replaced(text: str, others: Sequence[str], random: Random) -> str:
    """What stands behind a colon, by a word: most of the file stays good."""
    lines = text.split("\n")
    places = [i for i, line in enumerate(lines) if ": " in line]
    if not places:
        return text
    place = random.choice(places)
    key, _, value = lines[place].partition(": ")
    words = value.split(" ")
    words[random.randrange(len(words))] = random.choice(WORDS)
    lines[place] = f"{key}: {' '.join(words)}"
    return "\n".join(lines)


def _words_swapped(text: str, others: Sequence[str], random: Random) -> str:
    words = text.split(" ")
    one, other = random.randrange(len(words)), random.randrange(len(words))
    words[one], words[other] = words[other], words[one]
    return " ".join(words)


_CHANGES = (
    *(_inserted, _removed, _truncated, _spliced, _lengthened, _lines_moved),
    *(_value_replaced, _value_replaced, _words_swapped, _words_swapped),
)


# -- JSON ------------------------------------------------------------------------------------------

_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1.5, 1e308, 10**30, "", "x", "confirmed", "proof", [], {}, [[]]),
    *({"a": 1}, [None], "\ud800", "\u2028", {"": ""}),
)


def damaged_json(data: Any, random: Random) -> Any:
    """`data` with one value somewhere in it replaced, left out, or put in twice."""
    if random.random() < 0.2 or not isinstance(data, dict | list) or not data:
        return random.choice(_VALUES)
    if isinstance(data, list):
        place = random.randrange(len(data))
        new = list(data)
        match random.randrange(8):
            case 0:
                del new[place]
            case 1:
                new.insert(place, new[place])
            case _:
                new[place] = damaged_json(new[place], random)
        return new
    key = random.choice(list(data))
    match random.randrange(8):
        case 0:
            return {k: v for k, v in data.items() if k != key}
        case 1:
            return {**data, random.choice(WORDS): data[key]}
        case _:
            return {**data, key: damaged_json(data[key], random)}


def damaged_json_text(text: str, random: Random) -> str:
    """The text of a JSON value, damaged within or as a text."""
    if random.random() < 0.3:
        return damaged(text, [text], random)
    data = json.loads(text)
    for _ in range(random.choice((1, 1, 2, 4))):
        data = damaged_json(data, random)
    return json.dumps(data)


# -- the claim language ----------------------------------------------------------------------------

_NAMES = ("R", "x", "y", "v", "K", "f", "n", "d", "p", "j", "scores", "dot", "append", "Θ", "q")


def term(random: Random, depth: int = 6) -> str:
    """A sentence of the grammar, of names that may mean nothing."""
    if depth == 0 or random.random() < 0.2:
        return random.choice((*_NAMES, *_NAMES, "0", "1"))
    below = [term(random, depth - 1) for _ in range(3)]
    name = random.choice(_NAMES)
    return random.choice(
        (
            f"{below[0]} {random.choice('+-*/@')} {below[1]}",
            f"({below[0]})",
            f"{name}({below[0]}, {below[1]})",
            f"({below[0]})({below[1]})",
            f"({below[0]})[{below[1]}]",
            f"({below[0]})ᵀ",
            f"-{below[0]}",
            f"({name} ↦ {below[0]})",
            f"({name} ↦ {below[0]})({below[1]})",
            f"[{name} ↦ {below[0]}]",
            f"(Σ {name}, {below[0]})",
            f"(Σ {name}: index(n), {below[0]})",
            f"append({below[0]}, {below[1]}) + {below[2]}",
        )
    )

"""Small texts: names that may break, numbers, times, anchors."""

from __future__ import annotations

import re
from datetime import datetime

from markupsafe import Markup, escape

from harness.results.subject import Subject


def anchor(subject: Subject, *parts: str) -> str:
    """The name by which a part of the page is linked to."""
    return re.sub(r"\s+", "-", "/".join((subject.kind.value, subject.name, *parts)))


def breakable(name: str) -> Markup:
    """A long name that a line may break at its joints."""
    return Markup("<wbr>").join(map(escape, joints(name)))


def prose(text: str) -> Markup:
    """A sentence in which what stands between backticks is set as code."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        return escape(text)
    return Markup("").join(
        Markup("<code>{}</code>").format(piece) if i % 2 else escape(piece)
        for i, piece in enumerate(pieces)
    )


def joints(name: str) -> list[str]:
    """The pieces of a name, between which it may break."""
    return [piece for piece in re.findall(r"_?[A-Z]*[^_A-Z]*", name) if piece]


def css_class(word: str) -> str:
    """An outcome or a status as the name of a class."""
    return f"is-{word.replace(' ', '-')}"


def humanised(key: str) -> str:
    """A key of the evidence's data as words."""
    return key.replace("_", " ")


def number(value: float) -> str:
    """A number as people write it: thousands apart, three significant digits."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        text = f"{value:,}".replace(",", "\u202f") if abs(value) < 10**15 else str(value)
        return text.replace("-", "−")
    mantissa, _, exponent = f"{value:.3g}".partition("e")
    mantissa = mantissa.replace("-", "−")
    return f"{mantissa}·10{_raised(int(exponent))}" if exponent else mantissa


def rational(text: str) -> str:
    """An exact number as people write it; other text as it is."""
    return text.replace("-", "−") if re.fullmatch(r"-\d+(/\d+)?", text) else text


def _raised(exponent: int) -> str:
    return str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def duration(seconds: float) -> str:
    """A time span, no finer than it matters."""
    if seconds < 0.0005:
        return "0 ms"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 100:
        return f"{seconds:.1f} s"
    return f"{int(seconds // 60)} min {int(seconds % 60)} s"


def moment(text: str) -> str:
    """A moment in ISO 8601 as people write it; other text as it is."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    zone = found.tzname() or ""
    return f"{found.day} {found:%B %Y, %H:%M} {zone}".strip()

"""MathML that may stand in the page as it is: read, held against an allowlist, written anew."""

from __future__ import annotations

from functools import lru_cache
from xml.etree.ElementTree import Element, ParseError, fromstring, tostring

from markupsafe import Markup, escape

from harness.language.notation import to_mathml
from harness.language.notation.tree import Identifier
from harness.language.tokens import is_identifier
from harness.language.types import SCALAR

ELEMENTS = frozenset(
    {
        *("math", "mrow", "mi", "mn", "mo", "mtext", "mspace"),
        *("msub", "msup", "msubsup", "munder", "mover", "munderover"),
        *("mtable", "mtr", "mtd", "mfrac", "msqrt"),
    }
)
_ATTRIBUTES = {
    "display": {"block", "inline"},
    "class": {"lines"},
    "mathvariant": {"normal"},
    "form": {"prefix", "infix", "postfix"},
    "stretchy": {"true", "false"},
    "separator": {"true", "false"},
    "largeop": {"true", "false"},
    "lspace": {"0", "0.1em", "0.2em"},
    "rspace": {"0", "0.1em", "0.2em"},
    "width": {"0.5em", "1em", "2em"},
}
MAX_CHARACTERS = 200_000
"""No formula that people read is longer; one that is stays text."""


@lru_cache(maxsize=4096)
def safe(text: str) -> Markup:
    """`text` as markup where it is MathML of the allowlist; else the text itself, escaped."""
    if len(text) > MAX_CHARACTERS or "<!" in text or "<?" in text:
        return escape(text)
    try:
        root = fromstring(text)  # noqa: S314 - no entity can be declared without `<!`
    except ParseError:
        return escape(text)
    if root.tag != "math" or not all(map(_allowed, root.iter())):
        return escape(text)
    return Markup(tostring(root, encoding="unicode"))  # noqa: S704 - held against the allowlist


def _allowed(element: Element) -> bool:
    return element.tag in ELEMENTS and all(
        value in _ATTRIBUTES.get(name, ()) for name, value in element.attrib.items()
    )


def name(text: str) -> Markup:
    """A variable's name as mathematics; what is no name stays text."""
    return safe(to_mathml(Identifier(text))) if is_identifier(text) else escape(text)


def scalars() -> Markup:
    """The letter for the ring or field that a claim is about."""
    return safe(to_mathml(SCALAR))

"""Formulas that break where a line ends: at commas, relations and sums, as people break them.

No browser breaks lines in MathML yet. So a formula is set as several, one after the other, between
which a line may end. What is within a fraction, an index or tall brackets stays together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import zip_longest
from xml.etree.ElementTree import Element, fromstring, tostring

from markupsafe import Markup

from harness.report.page.mathematics import safe
from harness.report.page.words import joints

_BEFORE = frozenset("=+−·→")
"""Operators that begin a line."""
_SCRIPTS = ("msub", "msup", "msubsup")
_LONG = ("mrow", "mtable")
_WORD = 18
"""A name of more letters than that may break at its joints."""
_PIECE = 26
"""Factors are torn apart only where what stands between other breaks is longer than that."""


@lru_cache(maxsize=4096)
def flowing(text: str) -> Markup:
    """`text`, a formula, as markup that breaks where it must; see `mathematics.safe`."""
    found = safe(text)
    if not found.startswith("<math"):
        return found
    root = fromstring(found)  # noqa: S314 - it has just been held against the allowlist
    lines = list(_lines(root))
    if len(lines) == 1 and _size(root) <= _PIECE:
        return found
    return Markup("").join(_line(line) for line in lines)


def _lines(root: Element) -> Iterator[list[Element]]:
    """The lines that a formula has anyway, each as its smallest parts."""
    table = root[0] if len(root) == 1 else root
    if table.tag == "mtable" and table.get("class") == "lines":
        for row in table:
            yield list(_parts(row[0]))
    else:
        yield list(_parts(root))


def _parts(elements: Iterable[Element]) -> Iterator[Element]:
    """What is never torn, from left to right."""
    for child in elements:
        if child.tag == "mrow" and not _is_whole(child):
            for part in child:
                if part.get("stretchy") == "true":
                    part.set("stretchy", "false")
            yield from _parts(child)
        elif child.tag in _SCRIPTS and child[0].tag in _LONG and not _is_whole(child[0]):
            # An index of something long stands at the bracket that closes it.
            *before, last = _parts([child[0]])
            yield from before
            closing = Element(child.tag)
            closing.extend([last, *child[1:]])
            yield closing
        elif child.tag == "mtable" and child.get("class") == "lines":
            for row in child:
                yield from (part for part in _parts(row[0]) if part.tag != "mspace")
        elif child.tag == "mi" and len(child.text or "") > _WORD:
            for piece in joints(child.text or ""):
                name = Element("mi")
                name.text = piece
                yield name
        else:
            yield child


def _is_whole(row: Element) -> bool:
    """Whether a row stays together: in tall brackets, where it is short or has rows of its own."""
    is_tall = any(part.get("stretchy") == "true" for part in row)
    return is_tall and (_size(row) <= _PIECE or any(map(_is_matrix, row.iter())))


def _is_matrix(element: Element) -> bool:
    return element.tag == "mtable" and element.get("class") != "lines"


def _line(parts: list[Element]) -> Markup:
    indented = 0
    while parts and parts[0].tag == "mspace":
        indented += 1
        parts = parts[1:]
    pieces = Markup("<wbr>").join(map(_set, _torn(list(_pieces(parts)))))
    return Markup('<span class="line{}">{}</span>').format(" in" if indented else "", pieces)


def _pieces(parts: list[Element]) -> Iterator[list[Element]]:
    """What stands together whatever happens, but for factors."""
    piece: list[Element] = []
    for part, following in zip_longest(parts, parts[1:]):
        begins = part.tag == "mo" and part.text in _BEFORE
        if piece and begins:
            yield piece
            piece = []
        piece.append(part)
        # Names that follow each other are one name at its joints: a sign stands between others.
        is_joint = part.tag == "mi" and following is not None and following.tag == "mi"
        is_end = part.tag == "munder" or (part.tag == "mo" and part.text in (",", ":"))
        is_call = part.tag == "mo" and part.text == "(" and sum(map(_size, piece)) > _WORD
        if is_joint or is_end or is_call:
            yield piece
            piece = []
    if piece:
        yield piece


def _torn(pieces: list[list[Element]]) -> Iterator[list[Element]]:
    """The pieces, those that are too long torn at their factors."""
    for piece in pieces:
        if sum(map(_size, piece)) <= _PIECE:
            yield piece
            continue
        start = 0
        for i, part in enumerate(piece):
            if i > start and part.tag == "mo" and part.text == "⁢":
                yield piece[start:i]
                start = i
        yield piece[start:]


def _size(element: Element) -> int:
    return sum(len(text) for text in element.itertext())


def _set(piece: list[Element]) -> Markup:
    root = Element("math")
    for i, part in enumerate(piece):
        if i == 0 and part.tag == "mo" and part.get("form") is None:
            part.set("form", "infix")
        root.append(part)
    return Markup(tostring(root, encoding="unicode"))  # noqa: S704 - held against the allowlist

"""The details of a page in one compressed parcel, which the page opens when they are read.

A page with every detail as markup takes seconds to open and fills a tab's memory; a sketch and the
evidence of one claim alone are a hundred kilobytes. So the page shows each claim's statement and
verdicts, and keeps the rest as gzipped text, which browsers inflate without help, also from
`file://`. A leg that is not confirmed stands in the page as it is.

gzip sees a repetition only where the two are within 32 KB, and a sketch alone is longer. So what
is alike, such as the sketches of all claims, is written one after the other, and a formula that
stands at many places is written once: that leaves two fifths of the bytes.
"""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64encode

LIMIT = 60
"""Of more claims and definitions, statements are put in the parcel too."""

_FORMULA = re.compile(r"(<math.*?</math>)", re.DOTALL)


class Parcel:
    """Pieces of markup, put in one by one."""

    def __init__(self) -> None:
        self._pieces: list[tuple[str, str]] = []

    def put(self, piece: str, kind: str) -> int:
        """Keep `piece` beside others of its kind; the page finds it under the number."""
        self._pieces.append((kind, str(piece)))
        return len(self._pieces) - 1

    def sealed(self) -> str:
        """Strings, and for each piece the numbers of those it is made of: JSON, gzip, base64."""
        strings: dict[str, int] = {}
        made: dict[int, list[int]] = {}
        for i, (_, piece) in sorted(enumerate(self._pieces), key=lambda item: item[1][0]):
            parts = filter(None, _FORMULA.split(piece))
            made[i] = [strings.setdefault(part, len(strings)) for part in parts]
        found = [list(strings), [made[i] for i in range(len(made))]]
        text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
        return b64encode(gzip.compress(text.encode(), mtime=0)).decode()

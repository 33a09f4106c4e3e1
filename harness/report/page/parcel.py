"""The details of a page in one compressed parcel, which the page opens when they are read.

A page with every detail as markup takes seconds to open and fills a tab's memory; a sketch and the
evidence of one claim alone are a hundred kilobytes. So the page shows each claim's statement and
verdicts, and keeps the rest as gzipped text, which browsers inflate without help, also from
`file://`. A leg that is not confirmed stands in the page as it is.
"""

from __future__ import annotations

import gzip
import json
from base64 import b64encode

LIMIT = 60
"""Of more claims and definitions, statements are put in the parcel too."""


class Parcel:
    """Pieces of markup, put in one by one."""

    def __init__(self) -> None:
        self._pieces: list[str] = []

    def put(self, piece: str) -> int:
        """Keep `piece`; the number is that under which the page finds it."""
        self._pieces.append(str(piece))
        return len(self._pieces) - 1

    def sealed(self) -> str:
        """All pieces: a list in JSON, gzipped, in base64."""
        text = json.dumps(self._pieces, ensure_ascii=False)
        return b64encode(gzip.compress(text.encode(), mtime=0)).decode()

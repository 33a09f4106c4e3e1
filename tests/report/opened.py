"""A page with everything in its place that it keeps compressed."""

from __future__ import annotations

import gzip
import json
import re
from base64 import b64decode


def pieces(html: str) -> list[str]:
    """What the page keeps compressed."""
    found = re.search(r'<template id="packed">(.*?)</template>', html)
    assert found is not None
    strings, made = json.loads(gzip.decompress(b64decode(found[1])))
    return ["".join(strings[part] for part in parts) for parts in made]


def opened(html: str) -> str:
    """The page with each piece where it belongs, and those at the end that come when asked for."""
    texts = pieces(html)
    used = set()

    def put(match: re.Match[str]) -> str:
        used.add(int(match[1]))
        return f">{texts[int(match[1])]}"

    while (
        "data-packed" in (html := re.sub(r' data-packed="(\d+)">', put, html)).split("<script")[0]
    ):
        pass
    rest = "".join(text for i, text in enumerate(texts) if i not in used and text[0] == "<")
    return html.replace("</main>", f"{rest}</main>")

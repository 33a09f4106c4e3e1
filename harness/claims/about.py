"""What `[tool.harness]` says to the readers of a report: a title, what it is about, where to go on.

Words only: nothing here changes what is checked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.diagnostics import Diagnostic, shortened
from harness.language.characters import named, unseen

_WEB = re.compile(r"https?://[^\s\"'<>]+")


@dataclass(frozen=True)
class About:
    """What a report says before it shows anything."""

    title: str = ""
    abstract: str = ""
    """A few sentences for somebody who has not heard of the theorems."""
    links: Mapping[str, str] = field(default_factory=dict)
    """Addresses on the web, by what stands for them."""
    main: tuple[str, ...] = ()
    """The theorems that a reader is to see first, the one that the first screen shows at its
    head."""


KEYS = ("title", "abstract", "links", "main")


def read_about(
    settings: Mapping[str, Any], fault: Callable[[str, str], Diagnostic]
) -> tuple[About, list[Diagnostic]]:
    """The settings of `KEYS`, and a fault for each that is not of its form.

    `fault` makes one of a key and a message.
    """
    faults: list[Diagnostic] = []

    def text(key: str) -> str:
        found = settings.get(key, "")
        if isinstance(found, str):
            for place in unseen(found):
                faults.append(fault(key, f"{key}: {named(found[place])}"))
            return " ".join(found.split())
        faults.append(fault(key, f"{key}: expected text, found {shortened(repr(found))}"))
        return ""

    links = settings.get("links", {})
    if not isinstance(links, dict) or not all(
        isinstance(address, str) and _WEB.fullmatch(address) for address in links.values()
    ):
        expected = "expected a table of names, each with an https address"
        message = f"links: {expected}, found {shortened(repr(links))}"
        faults.append(fault("links", message))
        links = {}
    faults += [
        fault("links", f"links: {named(text[place])}")
        for link in links.items()
        for text in link
        for place in unseen(text)
    ]
    main = settings.get("main", [])
    if not isinstance(main, list) or not all(isinstance(name, str) for name in main):
        faults.append(
            fault("main", f"main: expected a list of theorems, found {shortened(repr(main))}")
        )
        main = []
    return About(text("title"), text("abstract"), dict(links), tuple(main)), faults

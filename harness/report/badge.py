"""A badge: how many claims are confirmed, as a small picture for a README."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, tostring

from harness.results.run import Run
from harness.verdict import ExitCode, Status

_COLOUR = {
    ExitCode.CONFIRMED: "#2f7d4f",
    ExitCode.REFUTED: "#b3261e",
    ExitCode.UNDECIDED: "#8a6100",
}
_ADVANCE = 6.6
"""The width of a letter of the badge's font, on average; texts are fitted to it."""


def to_badge(run: Run) -> str:
    """A run as an SVG badge."""
    count = run.counts
    refuted = count[Status.REFUTED]
    message = f"{count[Status.CONFIRMED]} of {len(run.claims)} confirmed"
    if refuted:
        message += f", {refuted} refuted"
    return _draw("claims", message, _COLOUR.get(run.exit_code, "#8a6100"))


def _draw(label: str, message: str, colour: str) -> str:
    widths = [round(len(text) * _ADVANCE + 14) for text in (label, message)]
    total = sum(widths)
    root = Element(
        "svg",
        {
            "xmlns": "http://www.w3.org/2000/svg",
            "width": str(total),
            "height": "20",
            "role": "img",
            "aria-label": f"{label}: {message}",
        },
    )
    SubElement(root, "title").text = f"{label}: {message}"
    clip = SubElement(SubElement(root, "clipPath", {"id": "round"}), "rect")
    clip.attrib.update({"width": str(total), "height": "20", "rx": "4"})
    group = SubElement(root, "g", {"clip-path": "url(#round)"})
    start = 0
    for text, width, fill in zip((label, message), widths, ("#3c3c3c", colour), strict=True):
        box = {"x": str(start), "width": str(width), "height": "20", "fill": fill}
        SubElement(group, "rect", box)
        place = {
            "x": str(start + width / 2),
            "y": "14",
            "fill": "#ffffff",
            "text-anchor": "middle",
            "font-family": "Verdana, DejaVu Sans, sans-serif",
            "font-size": "11",
            "textLength": str(width - 14),
        }
        SubElement(group, "text", place).text = text
        start += width
    return tostring(root, encoding="unicode") + "\n"

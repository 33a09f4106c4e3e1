"""Sketches as text, Markdown, LaTeX and plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from harness.evidence import Json
from harness.language.notation import to_latex, to_mathml, to_text
from harness.language.terms import Equation, Term
from harness.symbolic.sketch.model import Group, Sketch, Step

FORMATS = ("text", "md", "latex")

LINE = 110
"""How many characters of a formula fit beside its reason."""


def render(sketch: Sketch, format_: str = "text") -> str:
    """The sketch in one of `FORMATS`. Raises `KeyError` for another."""
    return _RENDERERS[format_](sketch)


def to_data(sketch: Sketch) -> Json:
    """Groups of steps for reports; formulas in text, LaTeX and MathML."""
    return [
        {
            "title": group.title,
            "says": group.says,
            "result": _formula(group.result),
            "steps": [_step(group, number) for number in range(len(group.steps))],
        }
        for group in sketch.groups
    ]


def _step(group: Group, number: int) -> Mapping[str, Json]:
    """One step; `left` is there where it is not what the step before came to."""
    step = group.steps[number]
    return {
        "number": step.number,
        "reason": step.reason,
        "left": None if _continues(group, number) else _formula(step.left),
        "right": _formula(step.right),
    }


def _formula(item: Term | Equation) -> Mapping[str, Json]:
    mathml = to_mathml(item, block=True, width=LINE)
    return {"text": to_text(item), "latex": to_latex(item), "mathml": mathml}


def _continues(group: Group, number: int) -> bool:
    return number > 0 and group.steps[number - 1].right == group.steps[number].left


def _chains(group: Group) -> list[list[Step]]:
    """The steps, those that continue each other together."""
    chains: list[list[Step]] = []
    for number, step in enumerate(group.steps):
        if _continues(group, number):
            chains[-1].append(step)
        else:
            chains.append([step])
    return chains


def _text(sketch: Sketch) -> str:
    lines = [sketch.theorem]
    if sketch.given:
        lines += ["", "given"]
        lines += [f"      {h.name}: {to_text(h.equation)}" for h in sketch.given]
    for group in sketch.groups:
        lines += ["", group.title]
        for chain in _chains(group):
            lines.append(f"      {to_text(chain[0].left)}")
            for step in chain:
                lines.append(f"{f'({step.number})':>5} = {to_text(step.right)}    [{step.reason}]")
    return "\n".join(lines) + "\n"


def _latex(sketch: Sketch) -> str:
    lines = [f"% {sketch.theorem}"]
    if sketch.given:
        rows = [rf"& {to_latex(h.equation)} && \text{{{_escaped(h.name)}}}" for h in sketch.given]
        body = " \\\\\n".join(rows)
        lines += [r"\paragraph{given}", f"\\begin{{align*}}\n{body}\n\\end{{align*}}"]
    for group in sketch.groups:
        lines.append(rf"\paragraph{{{_escaped(group.title)}}}")
        for chain in _chains(group):
            lines.append(_aligned(chain, numbered=True))
    return "\n".join(lines) + "\n"


def _markdown(sketch: Sketch) -> str:
    lines = [f"# {sketch.theorem}"]
    if sketch.given:
        lines += ["", "## given", ""]
        lines += [f"- {h.name}: ${to_latex(h.equation)}$" for h in sketch.given]
    for group in sketch.groups:
        lines += ["", f"## {group.title}", *([group.says] if group.says else [])]
        for chain in _chains(group):
            lines += ["", "$$", _aligned(chain, numbered=False), "$$"]
    return "\n".join(lines) + "\n"


def _aligned(chain: list[Step], *, numbered: bool) -> str:
    kind = "align*" if numbered else "aligned"
    rows = [rf"& {to_latex(chain[0].left)}"]
    for step in chain:
        row = rf"={{}}& {to_latex(step.right)} && \text{{({step.number}) {_escaped(step.reason)}}}"
        rows.append(row)
    body = " \\\\\n".join(rows)
    return f"\\begin{{{kind}}}\n{body}\n\\end{{{kind}}}"


def _escaped(text: str) -> str:
    """Text for LaTeX's text mode."""
    marks = {"\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}"}
    marks |= {"^": r"\textasciicircum{}"} | {c: "\\" + c for c in "&%$#_"}
    return "".join(marks.get(character, character) for character in text)


_RENDERERS: Mapping[str, Callable[[Sketch], str]] = {
    "text": _text,
    "md": _markdown,
    "latex": _latex,
}

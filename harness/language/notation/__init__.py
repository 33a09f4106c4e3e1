"""How terms are written: one layout, decided once, and a small renderer for each medium.

term ──layout──▶ tree ──▶ to_text     the claim language itself; reads back as the same term
                     ├──▶ to_latex
                     └──▶ to_mathml   MathML Core, built as elements, never as text
"""

from harness.language.notation.build import layout, layout_type
from harness.language.notation.latex import to_latex
from harness.language.notation.mathml import to_mathml
from harness.language.notation.statement import Declaration, context
from harness.language.notation.text import to_text

__all__ = [
    "Declaration",
    "context",
    "layout",
    "layout_type",
    "to_latex",
    "to_mathml",
    "to_text",
]

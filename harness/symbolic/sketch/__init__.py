"""Proofs that people read: equations with reasons, grouped by the definitions that they unfold.

Where both sides of an equation call one definition, at different arguments, the engine first asks
what the two calls have to do with each other: they are equal, or one is a matrix times the other.
That is then a result of its own, shown from its definition, and used above: scores do not change;
so weights do not; the context turns. Every step is checked by the prover when it is written down.
"""

from harness.symbolic.sketch.model import Group, NoSketch, Sketch, Step
from harness.symbolic.sketch.writer import sketch

__all__ = ["Group", "NoSketch", "Sketch", "Step", "sketch"]

"""Attention as people write and run it, against which the definitions of a project are held.

Invariance cannot see a definition that is wrong in itself. A RoPE with a flipped sign, weights
that are ignored, a position that is not looked at: emptied in Lean and in the specification
alike, they pass every other leg. So each definition is held to attention as others write it.
`layers.py` draws one layer (varied shapes, both layouts, heads with frequencies and masks of
their own, positions to 10⁶); `bindings.py` says what each parameter of a known definition is in
it; `papers.py` computes the same from the formulas of the papers with loops over lists, and
imports nothing of the claim language. The definition is evaluated in doubles with the bound that
comes with the walk, and every entry must lie within twice that bound, since the other side rounds
as well.

A definition is known by its name and all of its parameters, as text. Of the same name with other
parameters: inconclusive. Of a name that nothing is known for: not applicable, with that reason.

What people run (NumPy, PyTorch, Transformers) is bound by files of the project: see *Programs*.

`horizon.py` asks of one given R how far it commutes. What commutes nearly passes short probes:
the two slowest pairs of d = 128 at base 5·10⁵, mixed by 45°, change a score by 4.9·10⁻⁷ of its
size (root mean square) at distance 7 and by 2.3·10⁻³ at 32,767; the two fastest by 0.023 at
distance 1. The defect is subadditive in the distance, so a search may skip all distances that its
slope rules out, and `harness horizon` proves its answer for every integer distance up to 131,072
with a handful of singular values (0.5 s, most of it starting Python).
"""

"""Checkpoints: whether two are one model in another frame, and how one becomes the other.

    files ──reading──▶ tensors ──layout, by a family──▶ heads ──carries──▶ findings ──▶ report
                                                        ▲  │
                                                recipe ─┘  └──fold──▶ files, verified

No program is run and PyTorch is not needed; a model is known by its files alone. Only `running.py`
loads one, by Transformers: for `probing.py`, which holds a family's file to gradients, and for
`recording.py`, which keeps keys and values for `finding.py`.

A family's file (`formulas.py`: Python's syntax, parsed and walked) says what the rows and columns
of tensors are; `sides.py` reads heads by it, pairs first, so that layouts meet in one order.
`carries.py` fits what the exact group allows and no more: a complex number for each pair is an
estimate from 2m equations, so trained weights of poor condition do no harm, and what fits
commutes at every distance. Its allowances are bounds, or 8 standard deviations where many
roundings add up. `causes.py` is asked only about what failed; its dense fit and commutator
explain and do not decide.

`verify.py` goes through two checkpoints layer by layer: queries and keys in `scores.py`, values
with the output projection in `values.py`, on what `both.py` shares.

All of it is computed in pieces that stay near the processor, on all cores by threads of its own,
and for 16-bit formats in float32 where rows are far enough apart. `stream.py` and `following.py`
know the residual stream: R with gains fused, found from tensors that nothing else turns; a
checkpoint that has a tensor of which nothing is said is refused.
"""

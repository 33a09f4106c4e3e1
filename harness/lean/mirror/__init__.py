"""The mirror leg: whether what a specification says is, by definition, what Lean has.

What the kernel does not find equal by definition may be so by a proof. So a constant that is not
by definition what a primitive or a definition says is put at small sizes and numbers, from size 0
on (`apart.py`), and refuted where the kernel accepts that the two differ there. Else it is *not
run*, unless `bridges` in `definitions.yaml` names theorems that say it: these stand in the proof
of the comparison in place of reflexivity (`audit/comparison.py`), are checked by both kernels,
rest on no axiom, cover no other scalars than they are about, and are named in the evidence.

Whatever is called refuted in `harness/lean` is made by one function (`refuted.py`), which asks for
the ground.
"""

"""A kernel of Lean in Python: it reads an export of declarations and checks each by itself.

NDJSON ──export──▶ terms, each made once ──check──▶ accepted · trusted · refused · declined

`harness/kernel/` imports nothing of the rest. Read it in this order: `terms.py` (names, levels,
expressions; those that look alike are one object), `declarations.py`, `strict.py`, `format.py` and
`export.py` (the text form), `universes.py`, `substitution.py`, `environment.py`, `reduction.py`,
`inference.py`, `equality.py` (three layers of one class), `inductive.py`, with `recursors.py` and
`nesting.py`, `known.py` (the three axioms and the quotients, with their types, in the words of
`notation.py`), `literals.py`, `check.py`.

A bound variable that is gone under becomes a `Local`, which carries its type, and whose number
depends on the expression alone. So every term means the same everywhere, and normal forms, types
and equalities are kept in dictionaries whose keys are the terms. That, and the order in which
Lean's kernel unfolds definitions, is why Python is fast enough: the package and all that it
reaches of Lean's library, 1,116 declarations, take 2 s.

What it does not take from anybody: recursors and their rules (computed, and checked again after
nested types were translated back), flags of inductive types, heights (they only guide), the types
of the axioms, that `Nat.add` adds (shown by its equations, or not computed at once). What it must
take: theorems of Lean's library, since their proofs are not shipped, and `Nat.div`, `mod`, `gcd`
and the functions on bits. `as_given` trusts exactly these; each is ruled `trusted` and can be
counted. It gives up (`declined`) after so many steps, seconds of the processor or nested calls,
and on `unsafe` and `partial`; what rests on what was declined or refused is not accepted either.
"""

"""What Lean is asked about a built package, and how it was tried to be fooled.

stored objects ──▶ text (NDJSON) ──▶ terms built anew ──▶ Lean's kernel ──▶ rulings, comparisons
                          │
                          └──▶ the strict reader ──▶ citations, fingerprints, drafts; other kernels

One file (put together from `audit/inspector/`) loads the built package as data, so that none of
its notation, instances or options is active. Each name, level and term is written down once, in
the format of lean4export, and made again from the numbers, digits and characters that were
written; the kernel is given that, after all that it rests on, in an environment which holds
Lean's library and what it accepted before. Of inductive types it makes constructors and
recursors, which must be those that are stored. What of the library is reached is written down
too, so that Python knows all that a theorem rests on, and any checker can be given it. Whatever
else is said is a JSON object as well, everything beyond ASCII escaped; a line that cannot be read
is an error of the inspection.

Each piece of work is written down before it begins. Where Lean ends in one, it is asked again and
leaves that one out: the declaration, and what rests on it, is undecided and so *not run*, as is
what the kernel gives up on for want of stack or memory.

A later look, for instances, certificates, operators or another arrangement, is about comparisons
alone: the kernel is given what these cite with all that it rests on, from the same text, and
nothing of it is told again.

Of a theorem that concludes with ∧, ↔ or ∃ the inspector declares the parts, `foo.left` and
`foo.mpr`, proved by projections of it, and `foo.witness`, by what its proof says: they are told and
checked as what the package stores, with the mark `part`, so a claim, a draft or a lock of one is
like any other.

In Python a name is the one text that `audit/names.py` gives it: `«A.b»` and `A.b` differ, and
what cannot be seen is written as its number. The definitions that say what operators mean are the
harness's own, and a package that declares one of their names is not looked at further.

`tests/sabotage` is a package that cheats in sixty ways, with its clean twin: the same
specifications, all of which must be confirmed of the one, and each of which must fail in the
other for a reason that the test names. What it does not cover: a package runs its code when it is
built, with the rights of whoever builds it (the embedded Lean sees the package's folder and its
outputs alone), and whoever can write to the cache folder can also write a checksum.
"""

"""Which hypothesis does which work: claims edited on purpose, and what becomes of them.

Two answer together. `harness/necessity/` searches, as any engine does: the claim without a
hypothesis is proved for every size, or an instance is found that breaks it and made small (fewer
indices, then 0 and ±1). `harness/lean/certificate/` puts the instance to the kernel. What is
accepted is `¬ S`, where `S` is the claim less the hypothesis, printed as for the mirror; its
proof is written down as a term, in which `decide` computes the hypotheses and the two sides, over
`Int`, or over the integers modulo 3 where the claim divides. A second statement, that `S` gives
the theorem by leaving the hypothesis unused, is accepted if and only if `S` is the theorem less
that. All claims are asked in one start of Lean. What stands between them in `run.py` is plain
evidence: the search's is held back until all of it is there, and nothing of it is believed but
its proofs.

What is found, and the outcome:

- a counterexample that the kernel accepts: confirmed: necessary;
- a proof of the claim without the hypothesis, and no counterexample in a second search:
  confirmed: superfluous, with a note at the line of the specification;
- a counterexample that the kernel cannot decide (fractions, another class of scalars), or no
  Lean: inconclusive: numeric only; where hypotheses that are kept speak of all numbers, or of
  functions, it is looked for modulo 3, with tables for functions, which the kernel goes through;
- a counterexample that the kernel refuses; engines that contradict each other: error;
- neither: inconclusive.

A superfluous hypothesis is no fault of the theorem, which stands; the question of the leg is what
breaks without it, and *nothing, and here is why* answers that. The `witness` shows that the
hypotheses are not empty talk: they are met at once by matrices with something off the diagonal,
so by none that is ±1 (where no hypothesis speaks of a matrix, the matrices that the conclusion
makes of what they do speak of). Numbers off the diagonal are asked for rather than `≠ ±1` since
that needs no constant of the package.

The checkers in `specs/toggles/` and `harness ablate` ask the same of every combination of edits;
`harness/necessity/table.py` describes the data. What breaks a conclusion breaks it under fewer
hypotheses too, and a proof stands wherever those that it uses do, so combinations that differ in
hypotheses alone are mostly answered by one another. Parts of a claim are found by walking both
sides of its conclusion together: what the left has around what the right has can be taken away.
"""

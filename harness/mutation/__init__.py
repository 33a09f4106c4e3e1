"""Who guards the guard: specifications made wrong on purpose, and which leg of evidence sees it.

mutants.py   every mutant of a project, each with one change
changes.py   the changes: terms of the same type in place of a subterm
hunt.py      every leg is asked about every mutant
survivors.py why a mutant may be left that no engine refutes: it is true as well
score.py     what came of it, as data

specs ──▶ mutants (one change each) ──▶ the legs of a run ──▶ caught · true as well · survived

`harness mutate` asks the engines of a run, in their processes and with their limits, about every
claim and definition with one change. Lean answers for all mutants in one start: the kernel
compares each with what it has, and its own run of the definitions, made once, is laid beside
Python's with each changed one. The mirror refuses any change of what is stated, so it does not
count: another leg must refute a mutant, or the symbolic engine prove that what it says is true as
well (`R Rᵀ = 1` in place of `Rᵀ R = 1` is, for square matrices). What is neither has survived,
and is a defect of the harness. The score is kept for reports of the very same specifications,
Lean sources and harness.
"""

"""Who guards the guard: specifications made wrong on purpose, and which leg of evidence sees it.

mutants.py   every mutant of a project, each with one change
changes.py   the changes: terms of the same type in place of a subterm
hunt.py      every leg is asked about every mutant
survivors.py why a mutant may be left that no engine refutes: it is true as well
score.py     what came of it, as data
"""

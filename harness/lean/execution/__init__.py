"""The execution leg: Lean runs its own definitions, and Python's answers are laid beside its.

Python draws sizes and numbers (`execution/inputs.py`): at least 200 instances a run, for each
subject one with all sizes 1, one in which everything is 0 and weights divide by it, and one with
each dimension 0. Lean gets them as lines of numbers, runs its own definitions and both sides of
each claim (`program.py` prints one function for each), and answers in lines; Python computes the
same by its own evaluator, and `compare.py` lays the two side by side: fractions must be equal,
doubles within the bound on rounding. No result is fed to the other side. Since the sides are
printed from the specification, a misprint that cancels a mistake, which the mirror would pass, is
refuted here.

    .olean ──as data──▶ stored terms ──built anew──▶ Lean's compiler ──▶ code ◀── printed sides

Nothing of the package's text decides what is run. `Carry.lean` brings each definition from its
stored term, with all that it rests on, and has Lean compile it; proofs become assumptions, which
are never computed. The compiler knows no recursors, so each gets a function made of the rules
that the kernel keeps for it; what the library names but ships no code for is made from its term
as well. So definitions may stand in several modules, use structures and inductive types, and
leave their namespaces open. What the compiler refuses is not run, for itself alone and with its
reason; where Lean dies of a computation, it is started again for the others. A definition in
whose place Lean would run other code (`implemented_by`, `extern`, a `csimp` theorem that nothing
proves) is refused.
"""

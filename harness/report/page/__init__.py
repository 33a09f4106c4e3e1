"""How the page is made: what the templates ask for, each in a file of its own.

One HTML file that works from `file://`, under a policy that admits its one style (with a subset
of STIX Two Math in it, so that formulas look alike everywhere) and its one script by their
hashes. `report/page/` holds what the templates ask for, a concern a file; autoescaping is on, and
MathML passes an allowlist. Details (the evidence of confirmed legs, sketches, answers of a
checker, and beyond 60 claims all statements) travel as one gzipped parcel, which the browser
inflates; a refuted leg stands in the page as it is, also without JavaScript.

Nothing is shown as true that is not confirmed. `report/faults.py` says what is not, worst first,
to the page, the terminal and the step summary alike. A claim's sentence is then *claimed*, its
picture ends in what comes out in the counterexample (`picture/figures.py` computes the terms of
the picture in it, and only where both sides come out as the evidence has them), and what another
claim says of a stage counts only where that one is confirmed. Since no browser breaks lines in
MathML, a formula is set as several pieces between which a line may end (`page/flow.py`).

A checker's page is a look-up: `page/checker.py` lists for each combination of toggles, a number
whose bits are the toggles that are off, which answer of the lattice it has and which combinations
that hold are the nearest. What the lattice does not answer is shown as unknown.

A folder of runs (`--history`) has a small file for each; `report/history.py` reads them, and of
those in which the same legs were asked tells since when a claim is not confirmed.
"""

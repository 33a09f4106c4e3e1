"""The numeric leg: claims on random instances, exactly over prime fields and in bounded floats.

Instances are drawn from the forms of the hypotheses (`harness/claims/forms.py`). The last
lanes of a batch are degenerate (`degenerate.py`), and batches from a million on have the sizes
that are easily forgotten (`sizing.py`). What is to commute with a family is drawn from its
commutant, which is solved for and not read off how the family was made: by a null space where
matrices are small or residues, else by eigenspaces (`eigenspaces.py`). The lanes of one style
share a family and its commutant; each has its own elements. Every instance's hypotheses are then
checked, whoever drew it.

Where forms do not tell, nothing is recognised but tried (`searching.py`): which variable, or two
of one type together, is solved for in which hypothesis (`solving.py`), of which kinds the
functions are that hypotheses speak of (`laws.py`), and what is computed modulo. Three ways that
serve take turns, since each has blind spots, and there are more batches modulo 2, 3, 5 and 7. A
field of p elements has no exponential, so such laws are met modulo p q, with the exponent modulo
q. Numbers of odd order stand for positive ones, each with one such root, so that ReLU and 1/√x
have their laws. A ∀ over numbers or vectors is asked at a dozen values (`spelling.py`), others
than those that were solved at. What is met by 0 or by constant functions alone counts as not met.

Instances are drawn by NumPy in double precision, so that every backend gets the same bits, and go
to the backend once a batch (`numeric/placing.py`). The interpreter calls what the array API
standard has and nothing else; `array-api-strict`, on a device other than its default, holds it to
that. Results come back to NumPy to be compared. A backend without doubles is not run, and says
so. The random functions of the prime field stay in NumPy, since not every backend has 64-bit
integers without a sign.

Double precision decides. float32, float16 and bfloat16 are a table in the evidence of the float64
check (`numeric/precisions.py`): how far the sides are apart in the format, over how far each side
is from itself in double precision or with its sums in reverse order. It is data and no check of
its own, since no outcome means "measured", and one that counted would decide.
"""

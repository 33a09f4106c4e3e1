"""The language of claims: its types, terms, parser, elaborator and printers.

Imports nothing from the rest of the package but `harness.diagnostics`.

Text becomes syntax (`parser.py`), syntax becomes terms (`elaborate.py`), and a term is one of
five nodes: `Variable`, `Apply`, `Lambda`, `Call` (a named definition), `Primitive`. Every node
knows its type. The operators are a closed list, a table of signatures (`primitives.py`), and most
are defined there by the others, in the claim language. An interpreter is a walk over the five
nodes and a table of rules; for a derived operator without a rule it goes by the definition
(`prelude.py`). No interpreter knows a definition of a project: definitions unfold.

Dimensions are compared as they are written (`d*h` is not `h*d`), since Lean compares them so and
the mirror must hold by definition.

Names of Lean constants, and the classes that scalars come from, are data in
`specs/definitions.yaml`. `tests/fixtures/isometry` is a second package whose names are all
different; it keeps this honest.
"""

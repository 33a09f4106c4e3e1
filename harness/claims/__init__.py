"""From YAML files to claims: strict loading, the JSON Schemas, and the project's settings.

A text is what a person reads in it, or it is refused: no characters that show nothing, end a line
for some readers only, or turn the direction (`language/characters.py` lists them); no two names
in one scope that look the same; no plain word that is a number to one reader of YAML and text to
another. Terms have at most 100 levels, where a chain of n operators counts n, so that
interpreters may walk down by recursion. Every reader ends in an answer or in `InputError`, with
all mistakes of all files at once; `tests/fuzz` makes damaged files of each kind from a kind and a
number, a share of them in every run of the tests, and `python -m benchmarks.fuzz --count N` more.
"""

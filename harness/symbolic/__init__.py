"""The symbolic leg: proofs for every size by rewriting, certificates, exact checks, sketches.

words        normal forms: words in matrices, with scalar coefficients, sums and blocks
interpret    terms to normal forms          readback   normal forms to terms
order        which of two words is simpler  rules      hypotheses to rewrite rules
rewriting    rules applied, with a record   completion what two rules say together
prove        a claim's proof                combining  equations entry by entry, over what is not 0
certificate  the proof as identities
verify       certificates checked, without the rewriter, in the numbers of `numbers`
cases        over a field, a number that is its own square is 0 or 1
ground       exact checks at given sizes    ideal      and for all that the hypotheses allow
refute       counterexamples
sketch       a proof that people read       laws       by what law a step goes
leg          all of these as evidence
"""

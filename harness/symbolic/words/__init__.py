"""Normal forms: linear combinations of words in matrices.

Every vector or matrix is a sum of monomials, each with bound indices that it is summed over,
commuting scalar factors, and a word of letters. A vector is a word that ends in a column. Blocks
and entries are words too, through *injections*:

    concat(k ↦ v(k))    = Σₖ ιₖ v(k)          blockdiag(k ↦ A(k)) = Σₖ ιₖ A(k) ιₖᵀ
    [j ↦ a(j)]          = Σⱼ a(j) eⱼ          diagonal(v)         = Σⱼ v[j] eⱼ eⱼᵀ
    append(u, v)        = ι₁ u + ι₂ v         v[j] = eⱼᵀ v        dot(u, v) = uᵀ v

so that one algebra does for all of them: ιₖᵀ ιₗ is 1 or 0 as k = l or not, and Σₖ ιₖ ιₖᵀ = 1.
A word from a row to a column is a scalar, and equals its transpose.

Bound indices are named by height: one more than any name bound within their scope. So terms that
differ in the names of bound indices only are equal as data ("canonically locally named" terms,
Pollack, Sato and Ricciotti, https://doi.org/10.1007/s10817-011-9229-y).
"""

from harness.symbolic.words.algebra import *  # noqa: F403
from harness.symbolic.words.binders import *  # noqa: F403
from harness.symbolic.words.nodes import *  # noqa: F403

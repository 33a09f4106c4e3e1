prelude
import Init
theorem afterPrelude : True := trivial

import Bad.Nowhere
theorem fine : True := trivial

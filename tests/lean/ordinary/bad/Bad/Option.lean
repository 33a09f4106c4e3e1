set_option some.option.of.another.lean true
theorem fine : True := trivial

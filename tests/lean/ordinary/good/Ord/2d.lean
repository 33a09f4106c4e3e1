module
@[expose] public section
def plane : Nat := 2

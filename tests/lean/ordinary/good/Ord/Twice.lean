module
public import Ord.Code
@[expose] public section
open Ord.Code
def twice (u v : List Nat) : Nat := Open.dot u v + Open.dot u v
theorem twice_eq_twice (u v : List Nat) : twice u v = Open.dot u v + Open.dot u v := rfl
theorem joins : [1] ++++ [2] = [1, 2] := rfl

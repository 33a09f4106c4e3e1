module
public section
namespace Kept
def twice (n : Nat) : Nat := n + n

import Ord.Uses
import Ord.Twice

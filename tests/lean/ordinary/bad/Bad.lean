import Bad.False import Bad.Code import Bad.Native import Bad.Option import Bad.Beats import Bad.Gone
import Bad.Far

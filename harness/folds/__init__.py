"""What is folded where: a picture of a claim, derived from its terms alone.

claim ──derive──▶ stages, innermost first     what goes in before and after, and what comes out
          ▲
   claims/matching                            which other claim says what an inner stage becomes
"""

from harness.folds.picture import derive

__all__ = ["derive"]

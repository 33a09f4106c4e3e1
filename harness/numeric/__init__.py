"""The numeric leg: claims on random instances, exactly over prime fields and in bounded floats."""

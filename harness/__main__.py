"""`python -m harness`: the command, where the folder of scripts is not on the path."""

from harness.start import main

main()

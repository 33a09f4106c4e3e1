"""How the page is made: what the templates ask for, each in a file of its own."""

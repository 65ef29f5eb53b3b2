"""Makes the handbook: gathers its pages, writes the reference from the program itself, and lets Sphinx build it."""

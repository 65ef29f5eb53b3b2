"""The composition root: the only place where everything meets, and the program that runs a node."""

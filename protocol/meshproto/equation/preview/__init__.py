"""A file that tries an equation without a node (08-equations 10): read, computed, written."""

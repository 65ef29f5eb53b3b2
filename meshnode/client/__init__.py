"""The Python client of the local API: synchronous, on the standard library alone."""

"""Shows that nothing two nodes compute alike is ever a float, not even on the way: see `__main__`."""

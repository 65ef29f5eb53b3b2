"""What a set of records means: the same state on every node that holds the same set."""

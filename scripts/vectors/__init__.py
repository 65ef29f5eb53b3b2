"""Makes protocol/vectors/: cases for everything the protocol's text says, from named seeds."""

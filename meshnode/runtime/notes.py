"""Names of the notes (`NoteEntry`) in which a home remembers what its records alone do not say."""

AGENT = "agent"
"""The id of the owner."""
NOTEBOOK = "notebook"
"""The id of the owner's own network of one; also what it is called."""
PORT = "port"
"""The port taken because the usual one was busy, two bytes, big-endian."""

"""Names of groups of acts that are counted together (see knowledge.py)."""


def votes_on(resolution: bytes) -> bytes:
    """The accepts of a resolution by its electors."""
    return b"v" + resolution


def guests_of(invitation: bytes) -> bytes:
    """The accepts of an invitation."""
    return b"i" + invitation


def devices_of(scope: bytes) -> bytes:
    """The grants of an agent to keys."""
    return b"d" + scope

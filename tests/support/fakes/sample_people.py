"""People, places and addresses that tests of the command line speak of."""

from hashlib import sha256

from meshnode.api.models.shared import Agent, Scope
from meshproto.records.ids import to_text

AT = "2026-03-09T10:15:00Z"
PEER = "12D3KooWGRYZDHBembyGJQqQ6WgLqJWYNjnECJwGBnCg8vbCeo8F"
ADDRESS = f"/ip4/192.0.2.7/tcp/4401/p2p/{PEER}"


def text_id(seed: str) -> str:
    """An id in its text form, made from a word."""
    return to_text(sha256(seed.encode()).digest())


ANA = Agent(text_id("ana"), "Ana López", me=True)
BEN = Agent(text_id("ben"), "Ben")
NOTEBOOK = Scope(text_id("notebook"), "notebook", "")
STUDIO = Scope(text_id("studio"), "network", "studio")
LINE = f"{STUDIO.id}@{ADDRESS}"
MN1 = "mn1aeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaqcaibaeaqcaibae"

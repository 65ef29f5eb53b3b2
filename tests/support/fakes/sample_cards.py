"""A contact card as the node tells of it."""

from meshnode.api.models.cards import Contact
from tests.support.fakes.sample_people import ADDRESS, AT, BEN

CARD = "card1.AQIDBA"
WORDS = "abandon-ability-able-about"


def sample_contact(*, taken: bool) -> Contact:
    """What Ben's card says."""
    return Contact(
        agent=BEN,
        kind="person",
        fingerprint=WORDS,
        signer=BEN,
        bio="Boats",
        contact="ben@example.org",
        made=AT,
        addresses=[ADDRESS],
        reachable="the internet",
        known=False,
        taken=taken,
    )

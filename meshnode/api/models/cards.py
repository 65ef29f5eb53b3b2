"""Contact cards."""

from meshnode.api.models.shared import Agent, Model, Request


class OwnCard(Model):
    """The card of the owner, or of an organisation, to give to others."""

    agent: Agent
    line: str
    fits: bool
    """Whether the line is short enough to be pasted; if not, it is passed on in a file."""
    addresses: list[str]
    """Where it says that this node is reached."""
    reachable: str
    """How far these reach: `this machine`, `this LAN` or `the internet`; empty if it names none."""


class CardRequest(Request):
    """Take in somebody's card; with `dry_run` only say what it says."""

    line: str
    dry_run: bool = False


class Contact(Model):
    """What a card says, once it has proved itself."""

    agent: Agent
    kind: str
    """`person` or `organization`."""
    fingerprint: str
    """Four words by which two people can compare aloud whose card this is."""
    signer: Agent
    """The person who made the card: the same agent, or who signs for that organisation."""
    bio: str
    contact: str
    made: str
    addresses: list[str]
    reachable: str
    known: bool
    """Whether that agent was known here before."""
    taken: bool
    """Whether the card was taken in."""

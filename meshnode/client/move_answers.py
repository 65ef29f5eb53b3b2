"""What the API answers about networks that merge: the shapes of `meshnode.api.models.decisions`."""

from typing import TypedDict

from meshnode.client.decision_answers import Decision
from meshnode.client.network_answers import Network


class Merged(TypedDict):
    """People of a network are invited into another one; it ends when the founders have carried `decision`."""

    into: Network
    invited: int
    decision: Decision

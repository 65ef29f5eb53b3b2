"""What the exchange reads of the running node. It writes through `meshnode.runtime.desk.Desk`."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import NamedTuple, Protocol

from meshnode.core.ports import Identity
from meshproto.records.ids import RecordId, ScopeId

MAX_ASKED = 1_000
"""Most slots or ids in one question, so that a question stays one query."""


class Placement(NamedTuple):
    """Where imported work is signed into."""

    scope: ScopeId
    project: bytes | None
    """The project given for everything, as facts name it: its first record, or 33 bytes of `ext` from elsewhere."""


class ProjectName(NamedTuple):
    """A project that stands in a scope: its first record, and what people call it."""

    id: RecordId
    title: str
    slug: str


class Piece(NamedTuple):
    """One contribution of an import: its id and where it stands."""

    id: RecordId
    scope: ScopeId


class Catalogue(Protocol):
    """What the views know of the owner's work, as of the last `Desk.projected`."""

    async def placement(self, network: str | None, project: str | None) -> Placement:
        """Find where work goes, by the same rules as `log`. Raises Refusal for an unknown name."""
        ...

    async def projects(self, scope: ScopeId) -> Sequence[ProjectName]:
        """All projects of a scope that are not dropped."""
        ...

    async def sources(self, scheme: str, slots: Sequence[bytes]) -> Mapping[bytes, RecordId]:
        """The owner's living contributions from `scheme` whose reference begins with one of `slots`, by reference.

        Living: not retracted. At most MAX_ASKED slots (view table `sources`; slots are 20 or 33 bytes).
        """
        ...

    async def living(self, ids: Sequence[RecordId]) -> Sequence[Piece]:
        """Those of these contributions of the owner that are not retracted. At most MAX_ASKED ids."""
        ...

    async def batch(self, name: str) -> Sequence[Piece]:
        """The owner's contributions that say they came with this import and are not retracted."""
        ...


def import_secret(identity: Identity) -> bytes:
    """Derive the key under which rows of time sheets are recognised again: 32 bytes.

    A digest of somebody's starting time stands in facts, where others can read it; without a key they could guess
    the time. An Ed25519 signature is always the same for one key and message, and a restored home has the same key.
    """
    return sha256(identity.key.sign_bytes(b"meshnode/1 import\n", identity.agent)).digest()

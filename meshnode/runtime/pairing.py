"""The lines that take a new device to one that lets it in, or back to somebody who vouches; and the words to compare.

A line is `device1.` or `recover1.`, and base64url of what it says ‖ peer ‖ addresses ‖ checksum: short enough for a QR
code. A new device shows a tag of the scope that stands for the secret, so it proves the secret without telling it; and
both show four words made from the secret and the new device's key, so that nobody else who has seen the line is let in
by mistake.
"""

from hashlib import sha256
from typing import NamedTuple

from mnemonic import Mnemonic

from meshnode.net.address import parse
from meshnode.runtime.packing import pack_address, pack_peer, sealed, unpack_address, unpack_peer, unsealed
from meshnode.runtime.refusals import Code, Refusal
from meshproto.records.ids import AgentId, ScopeId
from meshproto.types.recovery import fingerprint

SECRET_SIZE = 16
"""Nobody guesses it while a pairing is open, nor afterwards."""
_PREFIX = "device1."
RECOVERY_PREFIX = "recover1."
LINK = "meshnode:line/"
"""What a line in a link begins with, so that a click can lead to the node."""
LONGEST = 200
"""Characters of a line: a QR code of it is still read from a screen."""
_SCOPE_CONTEXT = b"meshnode/1 pairing\n"
_WORDS_CONTEXT = b"meshnode/1 pairing words\n"
_ID_SIZE = 32


class PairingLine(NamedTuple):
    """What a pairing line says: whose device it will be, the secret, and where the one that lets it in is reached."""

    agent: AgentId
    notebook: ScopeId
    secret: bytes
    peer: str
    addresses: tuple[str, ...]

    @property
    def scope(self) -> ScopeId:
        """What stands for the secret where scopes are shown."""
        return ScopeId(sha256(_SCOPE_CONTEXT + self.secret).digest())


def write_pairing(line: PairingLine) -> str:
    """The line to paste at the new device."""
    return _written(_PREFIX, line.agent + line.notebook + line.secret, line.peer, line.addresses)


def read_pairing(text: str) -> PairingLine:
    """Read a pairing line. Raises Refusal."""
    raw, peer, addresses = _read(text, _PREFIX, "id device add", 2 * _ID_SIZE + SECRET_SIZE)
    agent, notebook, secret = AgentId(raw[:_ID_SIZE]), ScopeId(raw[_ID_SIZE : 2 * _ID_SIZE]), raw[2 * _ID_SIZE :]
    return PairingLine(agent, notebook, secret, peer, addresses)


class RecoveryLine(NamedTuple):
    """What somebody who lost every device is given: who they are, the secret, and where to ask."""

    agent: AgentId
    secret: bytes
    peer: str
    addresses: tuple[str, ...]


def write_recovery(line: RecoveryLine) -> str:
    """The line to give to whoever recovers."""
    return _written(RECOVERY_PREFIX, line.agent + line.secret, line.peer, line.addresses)


def read_recovery(text: str) -> RecoveryLine:
    """Read a recovery line. Raises Refusal."""
    raw, peer, addresses = _read(text, RECOVERY_PREFIX, "id vouch", _ID_SIZE + SECRET_SIZE)
    return RecoveryLine(AgentId(raw[:_ID_SIZE]), raw[_ID_SIZE:], peer, addresses)


def _written(prefix: str, said: bytes, peer: str, addresses: tuple[str, ...]) -> str:
    """A line; of addresses that would make it too long the last are left out."""
    body = said + pack_peer(peer)
    for each in map(pack_address, addresses):
        if len(sealed(prefix, body + each)) <= LONGEST:
            body += each
    return sealed(prefix, body)


def _read(text: str, prefix: str, command: str, size: int) -> tuple[bytes, str, tuple[str, ...]]:
    """What a line says, `size` bytes, whose node it leads to, and at which addresses. Raises Refusal."""
    line = "".join(text.split()).removeprefix(LINK)
    if not line.startswith(prefix):
        raise Refusal(Code.BAD_REQUEST, f"this is no line of `{command}`", "copy the whole line again")
    try:
        body = unsealed(line, prefix)
        peer, rest = unpack_peer(body[size:])
        addresses: list[str] = []
        while rest:
            address, rest = unpack_address(rest)
            addresses.append(str(parse(f"{address}/p2p/{peer}")))
    except (ValueError, IndexError) as error:  # also what base64 and addresses raise
        why = "this line is incomplete or mistyped"
        raise Refusal(Code.BAD_REQUEST, why, "copy the whole line again") from error
    return body[:size], peer, tuple(addresses)


def words_of(digest: bytes) -> str:
    """Four words that two people, or two screens, compare."""
    listed = Mnemonic("english").wordlist
    return "-".join(listed[number] for number in fingerprint(digest))


def pairing_words(scope: bytes, agent: bytes, key: bytes) -> str:
    """The words of one new device: another key, or another secret, shows others."""
    return words_of(sha256(_WORDS_CONTEXT + scope + agent + key).digest())

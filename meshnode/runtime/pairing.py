"""The line that takes a new device to one that lets it in, and the words that both show.

A line is `device1.<agent ‖ notebook ‖ secret, base64url>@<address>[,<address>…]`. The new device shows a tag of the
scope that stands for the secret, so it proves the secret without telling it; and both show four words made from the
secret and the new device's key, so that nobody else who has seen the line is let in by mistake.
"""

import base64
import binascii
from hashlib import sha256
from typing import NamedTuple

from mnemonic import Mnemonic

from meshnode.net.address import BadAddress, parse
from meshnode.runtime.refusals import Code, Refusal
from meshproto.records.ids import AgentId, ScopeId
from meshproto.types.recovery import fingerprint

SECRET_SIZE = 16
"""Nobody guesses it while a pairing is open, nor afterwards."""
_PREFIX = "device1."
RECOVERY_PREFIX = "recover1."
MAX_NETWORKS = 12
"""Networks in a recovery line: it is pasted, and the others are found through these or joined by hand."""
_SCOPE_CONTEXT = b"meshnode/1 pairing\n"
_WORDS_CONTEXT = b"meshnode/1 pairing words\n"
_IDS_SIZE = 64
MAX_LINE = 1024
"""Characters of a pairing line: two ids, a secret and a handful of addresses."""


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
    return _written(_PREFIX, line.agent + line.notebook + line.secret, line.addresses)


def read_pairing(text: str) -> PairingLine:
    """Read a pairing line. Raises Refusal."""
    raw, peer, addresses = _read(text, _PREFIX, "id device add")
    if len(raw) != _IDS_SIZE + SECRET_SIZE:
        raise Refusal(Code.BAD_REQUEST, "this line is cut short", "copy the whole line again")
    agent, notebook, secret = AgentId(raw[:32]), ScopeId(raw[32:_IDS_SIZE]), raw[_IDS_SIZE:]
    return PairingLine(agent, notebook, secret, peer, addresses)


class RecoveryLine(NamedTuple):
    """What somebody who lost every device is given: who they are, the networks shared with them, and where to ask."""

    agent: AgentId
    networks: tuple[ScopeId, ...]
    peer: str
    addresses: tuple[str, ...]


def write_recovery(line: RecoveryLine) -> str:
    """The line to give to whoever recovers."""
    return _written(RECOVERY_PREFIX, line.agent + b"".join(line.networks), line.addresses)


def read_recovery(text: str) -> RecoveryLine:
    """Read a recovery line. Raises Refusal."""
    raw, peer, addresses = _read(text, RECOVERY_PREFIX, "id vouch")
    if len(raw) % 32 or len(raw) < _IDS_SIZE:
        raise Refusal(Code.BAD_REQUEST, "this line is cut short", "copy the whole line again")
    ids = [raw[at : at + 32] for at in range(0, len(raw), 32)]
    return RecoveryLine(AgentId(ids[0]), tuple(ScopeId(each) for each in ids[1:]), peer, addresses)


def _written(prefix: str, raw: bytes, addresses: tuple[str, ...]) -> str:
    packed = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    return f"{prefix}{packed}@{','.join(addresses)}"


def _read(text: str, prefix: str, command: str) -> tuple[bytes, str, tuple[str, ...]]:
    """What a line packs, whose node it leads to, and at which addresses. Raises Refusal."""
    packed, at, rest = text.strip().removeprefix(prefix).partition("@")
    if not text.strip().startswith(prefix) or not at or len(text) > MAX_LINE:
        raise Refusal(Code.BAD_REQUEST, f"this is no line of `{command}`", "copy the whole line again")
    try:
        raw = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        addresses = [parse(each.strip()) for each in rest.split(",")]
    except (binascii.Error, ValueError, BadAddress) as error:
        raise Refusal(Code.BAD_REQUEST, f"this line is damaged: {error}", "copy the whole line again") from error
    peer = addresses[0].peer
    if len({each.peer for each in addresses}) != 1 or peer is None:
        raise Refusal(Code.BAD_REQUEST, "this line does not say whom to expect", "copy the whole line again")
    return raw, peer, tuple(str(each) for each in addresses)


def words_of(digest: bytes) -> str:
    """Four words that two people, or two screens, compare."""
    listed = Mnemonic("english").wordlist
    return "-".join(listed[number] for number in fingerprint(digest))


def pairing_words(scope: bytes, agent: bytes, key: bytes) -> str:
    """The words of one new device: another key, or another secret, shows others."""
    return words_of(sha256(_WORDS_CONTEXT + scope + agent + key).digest())

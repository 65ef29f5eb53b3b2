"""The lines that take a new device to one that lets it in, or back to somebody who vouches; and the words to compare.

How they are written stands in 10-lines. A new device shows a tag of the scope that stands for the secret, so it proves
the secret without telling it; and both show four words made from the secret and the new device's key, so that nobody
else who has seen the line is let in by mistake.
"""

from hashlib import sha256
from typing import NamedTuple

from mnemonic import Mnemonic

from meshnode.net.address import BadAddress, parse
from meshnode.runtime.refusals import Code, Refusal
from meshproto.lines import reading
from meshproto.lines.reading import DeviceLine, Line, read_line, scope_of_pairing, write_line
from meshproto.lines.reading import RecoveryLine as Regaining
from meshproto.records.ids import AgentId, ScopeId
from meshproto.records.reasons import Refused
from meshproto.types.recovery import fingerprint

SECRET_SIZE = reading.SECRET_SIZE
"""Nobody guesses it while a pairing is open, nor afterwards."""
LINK = reading.LINE_LINK
_WORDS_CONTEXT = b"meshnode/1 pairing words\n"


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
        return ScopeId(scope_of_pairing(self.secret))


def write_pairing(line: PairingLine) -> str:
    """The line to paste at the new device."""
    return write_line(DeviceLine(*line))


def read_pairing(text: str) -> PairingLine:
    """Read a pairing line. Raises Refusal."""
    line = _read(text, reading.DEVICE, "id device add")
    assert isinstance(line, DeviceLine)
    addresses = _dialled(line.addresses, line.peer)
    return PairingLine(AgentId(line.agent), ScopeId(line.notebook), line.secret, line.peer, addresses)


class RecoveryLine(NamedTuple):
    """What somebody who lost every device is given: who they are, the secret, and where to ask."""

    agent: AgentId
    secret: bytes
    peer: str
    addresses: tuple[str, ...]


def write_recovery(line: RecoveryLine) -> str:
    """The line to give to whoever recovers."""
    return write_line(Regaining(*line))


def read_recovery(text: str) -> RecoveryLine:
    """Read a recovery line. Raises Refusal."""
    line = _read(text, reading.RECOVERY, "id vouch")
    assert isinstance(line, Regaining)
    return RecoveryLine(AgentId(line.agent), line.secret, line.peer, _dialled(line.addresses, line.peer))


def _read(text: str, kind: str, command: str) -> Line:
    plain = "".join(text.split())
    if reading.kind_of(plain) != kind:
        raise Refusal(Code.BAD_REQUEST, f"this is no line of `{command}`", "copy the whole line again")
    try:
        return read_line(plain)
    except Refused as error:
        why = "this line is incomplete or mistyped"
        raise Refusal(Code.BAD_REQUEST, why, "copy the whole line again") from error


def _dialled(addresses: tuple[str, ...], peer: str) -> tuple[str, ...]:
    """Those of some addresses that this node can dial, with the peer."""
    found = []
    for each in addresses:
        try:
            found.append(str(parse(f"{each}/p2p/{peer}")))
        except BadAddress:
            continue
    return tuple(found)


def words_of(digest: bytes) -> str:
    """Four words that two people, or two screens, compare."""
    listed = Mnemonic("english").wordlist
    return "-".join(listed[number] for number in fingerprint(digest))


def pairing_words(scope: bytes, agent: bytes, key: bytes) -> str:
    """The words of one new device: another key, or another secret, shows others."""
    return words_of(sha256(_WORDS_CONTEXT + scope + agent + key).digest())

"""The contact card: one line by which somebody becomes known to people who share no network with them (10-lines 4).

It holds the records by which one device speaks for an agent, with all that these name, so that it proves itself: the
genesis, what let the device in, the newest profile. That device has signed the rest. For an organisation `person` is
who signs for it, and what lets them is in it, too. Runs come in the order in which they can be taken in.

It is no secret and opens no door: whoever has it can name the agent, and look for its node.
"""

from collections.abc import Sequence
from typing import NamedTuple

from meshnode.core.drafts import SignedRecords
from meshnode.core.folded import FoldInRam
from meshnode.core.mandates import Mandates
from meshnode.core.ports import Identity
from meshnode.runtime.refusals import Code, Refusal
from meshproto.fold.fold import Fold
from meshproto.lines import reading
from meshproto.lines.cards import CardLine
from meshproto.lines.reading import kind_of, read_line, write_line
from meshproto.records.ids import AgentId
from meshproto.records.log import Run
from meshproto.records.reasons import Reason, Refused
from meshproto.records.record import Record, check_private
from meshproto.records.signatures import SigningKey

PREFIX = reading.CARD
LONGEST_LINE = 4_000
"""Characters of a card that is pasted: terminals cut a line beyond 4,095."""
LONGEST = reading.LONGEST[PREFIX]
"""Characters of a card in a file: an identity with many devices behind it."""
_AGAIN = "copy the whole line again: it begins with card1."


class Card(NamedTuple):
    """What a card says. `at` is when it was made, in milliseconds UTC."""

    agent: AgentId
    person: AgentId
    key: bytes
    at: int
    peer: str
    addresses: tuple[str, ...]
    records: SignedRecords

    def genesis(self) -> Record:
        """The founding record of the agent."""
        return next(each for each in _records(self.records.runs) if bytes(each.id) == bytes(self.agent))

    def told(self) -> dict[str, str]:
        """What the agent tells in words: `name`, `bio`, `contact`, as far as given; by the newest profile, if any."""
        parts = dict(self.records.privates)
        own = [each for each in _records(self.records.runs) if bytes(each.home) == bytes(each.author) == self.agent]
        profiles = sorted((each for each in own if each.type == "profile" and each.id in parts), key=_newest)
        telling: dict[str, str] = {}
        for each in (self.genesis(), *profiles[-1:]):
            content = check_private(each, parts[each.id]) if each.id in parts else {}
            telling.update({name: text for name, text in content.items() if isinstance(text, str)})
        return telling


def is_card(text: str) -> bool:
    """Whether somebody means a card by what was pasted."""
    return kind_of("".join(text.split())) == PREFIX


def write_card(card: Card, key: SigningKey) -> str:
    """The line; `key` is the device's."""
    return write_line(
        CardLine(card.agent, card.person, bytes(key.public), card.at, card.peer, card.addresses, *card.records).signed(
            key
        )
    )


def read_card(text: str, identity: Identity) -> Card:
    """What a card says, once it has proved itself; `identity` is the reader's. Raises Refusal."""
    plain = "".join(text.split())
    if not is_card(plain):
        raise Refusal(Code.BAD_REQUEST, "this is no contact card", "it is what `meshnode id card` prints there")
    try:
        line = read_line(plain)
    except Refused as error:
        raise _refusal(error) from error
    assert isinstance(line, CardLine)
    addresses = tuple(f"{each}/p2p/{line.peer}" for each in line.addresses)
    records = SignedRecords(line.runs, line.privates)
    card = Card(AgentId(line.agent), AgentId(line.person), line.key, line.at, line.peer, addresses, records)
    if not _proves(card, identity):
        raise _unproven()
    return card


def _refusal(error: Refused) -> Refusal:
    match error.reason, error.detail:
        case Reason.N_SIZE, _:
            return Refusal(Code.BAD_REQUEST, "this is no contact card", "it is what `meshnode id card` prints there")
        case Reason.N_VERSION, _:
            return Refusal(Code.BAD_REQUEST, "this card was made by a newer meshnode", "meshnode --version")
        case Reason.S_SIG, "card":
            return _unproven()
        case _:
            return Refusal(Code.BAD_REQUEST, "this card is incomplete or mistyped", _AGAIN)


def _unproven() -> Refusal:
    why = "this card does not prove whose it is: who signed it does not speak for whom it names"
    return Refusal(Code.VERIFICATION_FAILED, why, "ask for a fresh one: meshnode id card")


def _proves(card: Card, identity: Identity) -> bool:
    """Whether, by the records in the card alone, its key speaks for the person and that person for the agent."""
    memory = FoldInRam()
    fold = Fold(memory)
    for record in _records(card.records.runs):
        fold.add(record)
    mandates = Mandates(identity, memory)
    if not mandates.is_device(card.person, card.key):
        return False
    return card.person == card.agent or card.agent in mandates.acts_for(card.person)


def _records(runs: Sequence[Run]) -> list[Record]:
    return [record for run in runs for record in run.records]


def _newest(record: Record) -> tuple[int, bytes]:
    return record.at, record.id

"""Contact cards: the owner's own, or that of an organisation; and those of others, which are taken in."""

from collections.abc import Iterable
from typing import NamedTuple

from meshnode.core.drafts import SignedRecords
from meshnode.core.effects import Done
from meshnode.core.events import AddPeer
from meshnode.runtime.lines.cards import LONGEST, LONGEST_LINE, Card, read_card, write_card
from meshnode.runtime.lines.reach import reachable_first
from meshnode.runtime.office import Office
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.unwritten import refusal_of
from meshproto.records.ids import AgentId, LogId, RecordId
from meshproto.records.log import Run, check_run
from meshproto.records.record import references

MOST_PASSES = 8
"""How often what a card holds is offered while that still brings something: a card of ours needs one pass."""


class _Too(Exception):
    """What is to stand in a card is more than fits."""


class OwnCard(NamedTuple):
    """A card that was made, as a line and by its parts."""

    line: str
    card: Card


async def own_card(office: Office, agent: bytes = b"") -> OwnCard:
    """Make the owner's card, or that of an organisation. Raises Refusal.

    It has the profile unless that makes it longer than a line may be.
    """
    lookups = await office.fresh()
    found = office.credentials(agent)
    who = AgentId(agent or office.me)
    needed = (RecordId(who), *found)
    profile = tuple(RecordId(row.record) for row in lookups.profile_heads(who))
    made = [_written(office, who, wanted) for wanted in dict.fromkeys(((*needed, *profile), needed))]
    lines = [each for each in made if each is not None]
    if not lines:
        why = "what shows who you are is too much for a card: too many devices and keys came and went"
        raise Refusal(Code.TOO_LARGE, why, "meshnode export bundle --help")
    return next((each for each in lines if len(each.line) <= LONGEST_LINE), lines[-1])


async def take_in(office: Office, text: str) -> Card:
    """Take in somebody's card: from then on they can be named here, and their node is looked for. Raises Refusal."""
    card = look_at(office, text)
    for _ in range(MOST_PASSES):
        taken = await office.node.offer(card.records)
        if not taken.waiting or not taken.new:
            break
    if card.addresses and card.peer != office.node.peer:
        outcome = await office.node.ask(lambda ticket: AddPeer(ticket, card.peer, card.addresses))
        if not isinstance(outcome, Done):
            raise refusal_of(outcome)
    await office.projector.caught_up()
    return card


def look_at(office: Office, text: str) -> Card:
    """What somebody's card says; nothing is stored. Raises Refusal."""
    card = read_card(text, office.node.identity)
    if card.agent == office.me:
        raise Refusal(Code.BAD_REQUEST, "that is your own card: give it to others", "meshnode id card")
    return card


def _written(office: Office, agent: AgentId, wanted: Iterable[RecordId]) -> OwnCard | None:
    """The card that shows these records; None if that is too much."""
    try:
        runs = _gathered(office, wanted)
    except _Too:
        return None
    told = [each for run in runs for each in run.records if each.type == "agent" or each.id in wanted]
    parts = office.truth.privates([each.id for each in told if each.private is not None])
    addresses = reachable_first(office.node.listening)
    node = office.node
    key = node.identity.key
    card = Card(agent, node.me, key.public, node.now(), node.peer, addresses, SignedRecords(tuple(runs), tuple(parts)))
    line = write_card(card, key)
    return OwnCard(line, card) if len(line) <= LONGEST else None


def _gathered(office: Office, wanted: Iterable[RecordId]) -> list[Run]:
    """These records with all that is in their past, each log from its beginning. Raises _Too."""
    reached: dict[tuple[LogId, int], int] = {}
    runs: list[Run] = []
    size, ahead = 0, list(wanted)
    while ahead:
        place = office.truth.place(ahead.pop())
        assert place is not None, "what is in the past of a record that was folded is here"
        branch = place.log, place.lane
        while reached.get(branch, 0) < place.seq:
            stored = office.truth.run_after(
                *branch, reached.get(branch, 0), place.seq - reached.get(branch, 0), LONGEST
            )
            assert stored is not None
            run = check_run(stored.headers, stored.signature)
            size += sum(map(len, stored.headers))
            if size > LONGEST:
                raise _Too
            runs.append(run)
            reached[branch] = run.records[-1].seq
            ahead += [RecordId(each) for record in run.records for each in references(record)]
    # What begins a stream comes first, and what was signed later after what was signed earlier.
    return sorted(runs, key=lambda run: (bool(run.records[0].scope), run.records[0].at, run.records[0].seq))

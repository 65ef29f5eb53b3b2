"""Contact cards: the owner's own, and those of others."""

from meshnode.api.edge import Call, Nothing
from meshnode.api.models.cards import CardRequest, Contact, OwnCard
from meshnode.api.models.shared import Agent
from meshnode.api.shapes import Names, time_text
from meshnode.api.site import Site
from meshnode.runtime.lines.cards import LONGEST_LINE, Card
from meshnode.runtime.lines.reach import reach_of
from meshnode.runtime.requests import cards
from meshproto.records.ids import to_text


async def show_card(site: Site, call: Call[Nothing]) -> OwnCard:
    """The card of the owner, or of an organisation that the owner signs for."""
    office = site.office
    made = await cards.own_card(office, await office.acting(call.query.get("as")))
    addresses = made.card.addresses
    return OwnCard(
        agent=Names(office).agent(made.card.agent),
        line=made.line,
        fits=len(made.line) <= LONGEST_LINE,
        addresses=list(addresses),
        reachable=reach_of(addresses),
    )


async def take_in_card(site: Site, call: Call[CardRequest]) -> Contact:
    """Take in somebody's card, or only look at it."""
    office, line = site.office, call.body.line
    known = office.truth.has(cards.look_at(office, line).agent)
    card = cards.look_at(office, line) if call.body.dry_run else await cards.take_in(office, line)
    return _contact(site, card, known=known, taken=not call.body.dry_run)


def _contact(site: Site, card: Card, *, known: bool, taken: bool) -> Contact:
    told, names = card.told(), Names(site.office)
    # Before it is taken in only the card tells who this is.
    agent = names.agent(card.agent) if taken else Agent(to_text(card.agent), told.get("name", ""))
    return Contact(
        agent=agent,
        kind=card.genesis().facts["kind"],
        fingerprint=site.fingerprint_of(card.agent),
        signer=agent if card.person == card.agent else names.agent(card.person),
        bio=told.get("bio", told.get("purpose", "")),
        contact=told.get("contact", ""),
        made=time_text(card.at),
        addresses=list(card.addresses),
        reachable=reach_of(card.addresses),
        known=known,
        taken=taken,
    )

"""Decisions about what is in dispute in an agreement, as the API tells and takes them."""

from collections.abc import Container
from functools import partial

from meshnode.api.models import rulings as models
from meshnode.api.shapes import Names, text_of, time_text
from meshnode.runtime.office import Office
from meshnode.runtime.requests import ruled
from meshnode.runtime.requests.ruled import Dispute, Ruling
from meshproto.fold.memory import Memory
from meshproto.fold.tallies import CONTESTED, YES
from meshproto.records.ids import RecordId, ScopeId, to_text

_VOTES = {YES: "yes", CONTESTED: "contested"}


async def decided_in(
    office: Office, names: Names, scope: ScopeId, concerned: Container[bytes] | None = None
) -> tuple[list[models.Dispute], list[models.Ruling]]:
    """What is in dispute in an agreement and what was proposed or decided about it, by time.

    With `concerned` only what is about one of these records, or about a signature of one.
    """
    disputes, rulings, about = await office.work_out(partial(_found, scope))
    if concerned is not None:
        disputes = [each for each in disputes if any(one in concerned for one in (*each.about, each.target))]
        rulings = [each for each in rulings if any(one in concerned for one in about[each.record])]
    told = [_ruling(office, names, each) for each in rulings]
    return [_dispute(office, names, scope, each) for each in disputes], sorted(told, key=lambda one: (one.at, one.id))


def _found(scope: ScopeId, memory: Memory) -> tuple[list[Dispute], list[Ruling], dict[bytes, set[bytes]]]:
    rulings = ruled.rulings_of(scope, memory)
    return (
        ruled.disputes_of(scope, memory),
        rulings,
        {each.record: ruled.concerned_by(each, memory) for each in rulings},
    )


def _dispute(office: Office, names: Names, scope: ScopeId, one: Dispute) -> models.Dispute:
    return models.Dispute(
        kind=one.kind,
        records=[to_text(each) for each in one.about],
        target=to_text(one.target),
        agent=names.agent(one.agent) if one.agent else None,
        electors=[names.agent(each) for each in one.electors],
        needed=one.needed,
        says=ruled.dispute_says(office, one),
        commands=ruled.commands_of(office, one, scope),
    )


def _ruling(office: Office, names: Names, one: Ruling) -> models.Ruling:
    says, following = ruled.ruling_says(office, one)
    record = office.truth.record(RecordId(one.record))
    return models.Ruling(
        id=to_text(one.record),
        outcome=one.facts["outcome"],
        about=[to_text(each) for each in one.facts["about"]],
        pick=to_text(one.facts["pick"]) if "pick" in one.facts else "",
        proposer=names.agent(one.agent),
        at=time_text(record.at if record is not None else 0),
        text=text_of(office, one.record, "text"),
        state=one.state,
        says=says,
        what=ruled.outcome_says(one.facts),
        votes=[
            models.RulingVote(names.agent(each.agent), "declined" if each.declined else _VOTES.get(each.level, ""))
            for each in one.ballots
        ],
        needed=one.needed,
        overrules=[to_text(each) for each in one.facts["prev"]],
        rivals=[to_text(each) for each in one.rivals],
        may_sign=bool(ruled.mine_of(office, one.awaited)),
        next=following,
    )

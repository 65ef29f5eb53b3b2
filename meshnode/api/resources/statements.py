"""Statements of somebody's money in a period."""

from meshnode.api.edge import Call, Nothing
from meshnode.api.models import statements as models
from meshnode.api.shapes import Names, time_text
from meshnode.api.site import Site
from meshnode.runtime.requests.amounts import day
from meshnode.runtime.requests.details import somebody
from meshproto.fold.ledger import Balance
from meshproto.fold.statements import Account, Entry, statement
from meshproto.records.ids import to_text
from meshproto.types.currencies import EXPONENTS


async def show_statement(site: Site, call: Call[Nothing]) -> models.Statement:
    """What became of the money of somebody (else the owner) from one day to another, both included."""
    office, query = site.office, call.query
    await office.fresh()
    agent = await somebody(office, query["person"], b"") if query.get("person") else office.me
    first, last = (day(query[name]) if query.get(name) else "" for name in ("from", "to"))
    wanted = query.get("agreement")
    scopes = [await office.find_agreement(wanted)] if wanted else None
    found = await office.work_out(lambda folded: statement(agent, first, last, folded, scopes))
    names = Names(office, faces=True)
    return models.Statement(
        agent=names.agent(agent),
        first=first,
        last=last,
        accounts=[_account(names, each) for each in found.accounts],
        digest=found.digest.hex(),
        as_of=time_text(office.node.now()),
    )


def _account(names: Names, account: Account) -> models.Account:
    entries, open_ = [], account.opening.open
    for each in account.entries:
        open_ += each.change.open
        entries.append(_entry(names, each, open_))
    return models.Account(
        agreement=names.scope(account.scope),
        cur=account.cur,
        exp=EXPONENTS.get(account.cur),
        opening=_columns(account.opening),
        entries=entries,
        closing=_columns(account.closing),
        digest=account.digest.hex(),
    )


def _entry(names: Names, entry: Entry, open_: int) -> models.Entry:
    return models.Entry(
        on=entry.on,
        kind=entry.kind,
        record=to_text(entry.record),
        about=to_text(entry.about) if entry.about else "",
        other=names.agent(entry.other) if entry.other else None,
        change=_columns(entry.change),
        after=open_,
    )


def _columns(balance: Balance) -> models.Columns:
    return models.Columns(**balance._asdict(), open=balance.open)

"""A studio to look at: three who work, two clients, some weeks of work, two agreements in force and one to be signed.

Days count back from the day it is set up, so that pages look alike whenever they are looked at.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from meshproto.records.ids import NONE, ScopeId, from_text, to_text
from tests.support.bargains import Table, is_so, knows
from tests.support.meshes import Mesh, Node

WORK = ("kind", "work")
SITE, APP = "Acme site", "Nordlys app"
STEPS: list[dict[str, Any]] = [
    {"do": "reimburse", "match": {"kind": ["money", "material"], "comp": ["deferred"]}},
    {"do": "pro_rata", "claim": "once", "weights": [{"match": {"kind": ["work", "care"]}, "unit": "HUR"}]},
]
TITLES = {
    "ana": ("Landing page", "Type and colour", "Call with the client", "Booking flow", "Icons"),
    "ben": ("Booking form", "Server moved", "Search index", "Payment hook", "Tests for invoices"),
    "cleo": ("Photographs", "Captions", "Interview", "Proofreading", "Translation to Spanish"),
}
PROJECTS = ("Website", "Mobile app", "Atlas of benches")


class Studio(Table):
    """The people of the studio with what they have set up."""

    site: str = ""
    app: str = ""
    shared: str = ""
    workshop: str = ""
    today: date = date.min

    def day(self, ago: int) -> str:
        """Some days ago."""
        return (self.today - timedelta(days=ago)).isoformat()


@asynccontextmanager
async def studio(mesh: Mesh, *, weeks: int = 20) -> AsyncIterator[Studio]:
    """Everything set up; the nodes run until the body ends."""
    async with AsyncExitStack() as stack:
        names = ("ana", "ben", "cleo", "acme", "nordlys")
        nodes = [await stack.enter_async_context(mesh.node(each)) for each in names]
        network = await nodes[0].founds("Harbour studio")
        for each in nodes[1:]:
            assert await each.joins(nodes[0].line(network))
        for one in nodes:
            for other in nodes:
                await one.learns(partial(knows, one, other))
        all_ = Studio(nodes, ScopeId(NONE))
        all_.today = datetime.now(UTC).astimezone().date()
        await _weeks(all_, weeks)
        all_.site = await _agree(all_, SITE, ["Ben", "Cleo"], "Acme", ("ben", "cleo", "acme"))
        all_.app = await _agree(all_, APP, ["Cleo"], "Nordlys", ("cleo", "nordlys"))
        await _site(all_)
        await _app(all_)
        await _open(all_)
        yield all_


async def _weeks(all_: Studio, weeks: int) -> None:
    """Work on projects of the network, more on some days than on others."""
    chance = Random(7)
    for title in PROJECTS:
        made = await all_["ana"].does("POST", "/projects", {"title": title, "network": "Harbour studio"})
        await all_.come(made["id"])
    for name, titles in TITLES.items():
        for ago in range(weeks * 7, 0, -1):
            if chance.random() > (0.6 if all_.today.weekday() != (ago % 7) else 0.1):
                continue
            await all_[name].does(
                "POST",
                "/contributions",
                {
                    "title": chance.choice(titles),
                    "seconds": chance.choice((1, 2, 3, 3, 4, 6)) * 1800,
                    "day": all_.day(ago),
                    "project": chance.choices(PROJECTS, (5, 3, 2))[0],
                },
            )


async def _agree(all_: Studio, title: str, workers: Sequence[str], client: str, signers: Sequence[str]) -> str:
    parties = [{"who": "me", "roles": ["provider", "holder"]}]
    parties += [{"who": each, "roles": ["provider"]} for each in workers]
    parties += [{"who": client, "roles": ["client"]}]
    terms: dict[str, Any] = {
        "title": title,
        "summary": f"What we do for {client}, and how its money is shared.",
        "parties": parties,
        "from": all_.day(90),
        "income_confirm": "client",
        "ack": {"min": 1, "by": "parties"},
        "equation": {"cur": "EUR", "steps": STEPS},
        "responsibility": [{"to": client, "final": "me", "scope": "delivery", "deputies": workers[:1]}],
        "rights": {"results": {"ownership": "per_author", "licence": "MIT"}, "attribution": True},
        "approval": "all",
    }
    made: str = (await all_["ana"].does("POST", "/agreements", terms))["id"]
    for each in signers:
        await all_.come(made, each)
        await all_[each].does("POST", f"/agreements/{made}/signatures", {})
    for each in ("ana", *signers):
        await stands(all_.nodes[each], made, "in_force")
    return made


async def _site(all_: Studio) -> None:
    """Hours, a domain laid out, an income that was shared and paid, and another that waits."""
    parties = ("ana", "ben", "cleo", "acme")
    for name, title, halves, ago, by in (
        ("ana", "Landing page", 17, 60, "ben"),
        ("ben", "Booking form", 23, 55, "ana"),
        ("cleo", "Photographs", 12, 50, "ana"),
        ("ben", "Search index", 9, 48, "cleo"),
    ):
        await _works(all_, SITE, name, title, halves, ago, by, parties)
    domain = {
        "title": "Domain for two years",
        "kind": "money",
        "value": {"amt": 6_000, "cur": "EUR"},
        "comp": "deferred",
        "agreement": SITE,
        "day": all_.day(47),
    }
    laid_out = str((await all_["ben"].does("POST", "/contributions", domain))["id"])
    await all_.come(laid_out, *parties)
    await all_["ana"].does("POST", "/attestations", {"contribution": laid_out})
    await _income(all_, SITE, 385_000, 80_850, "acme", 45, parties)
    all_.shared = await _share(all_, SITE, 44, ("ana", "ben", "cleo"), parties)
    plan = (await all_["ana"].does("GET", f"/plan?agreement={SITE}"))["items"]
    for each in plan[:1]:
        wish = {"agreement": SITE, "amount": {"amt": each["amount"]["amt"], "cur": "EUR"}, "payee": each["payee"]["id"]}
        paid = (await all_["ana"].does("POST", "/settlements", wish))["id"]
        await all_.come(paid, *parties)
        payee = next(name for name in parties if to_text(all_.nodes[name].office.me) == each["payee"]["id"])
        await all_[payee].does("POST", f"/settlements/{paid}/answers", {})
    await _works(all_, SITE, "ben", "Payment hook", 11, 12, "ana", parties)
    await _works(all_, SITE, "cleo", "Captions", 5, 9, "ana", parties)
    await _income(all_, SITE, 142_500, 29_925, "acme", 6, parties)
    await _works(all_, SITE, "ben", "Tests for invoices", 7, 3, "", parties)


async def _app(all_: Studio) -> None:
    parties = ("ana", "cleo", "nordlys")
    await _works(all_, APP, "ana", "Booking flow", 20, 33, "cleo", parties)
    await _works(all_, APP, "cleo", "Interview", 8, 30, "ana", parties)
    await _income(all_, APP, 210_000, 44_100, "nordlys", 20, parties)
    await _share(all_, APP, 19, ("ana", "cleo"), parties)


async def _open(all_: Studio) -> None:
    """What waits for Ana: a signature, and a confirmation that `_site` left open; and her timer runs."""
    terms = {
        "title": "Workshop series",
        "summary": "Six evenings on signing and sharing, held together.",
        "parties": [{"who": "me", "roles": ["provider", "holder"]}, {"who": "Ana", "roles": ["provider"]}],
        "from": all_.day(0),
        "equation": {"cur": "EUR", "steps": [{"do": "equal"}]},
    }
    all_.workshop = (await all_["ben"].does("POST", "/agreements", terms))["id"]
    await all_.come(all_.workshop, "ana", "ben")
    await all_["ana"].does("POST", "/timers", {"title": "Wireframes for the atlas", "project": "Atlas of benches"})


async def _works(
    all_: Studio, where: str, name: str, title: str, halves: int, ago: int, by: str, parties: Sequence[str]
) -> None:
    wish = {"title": title, "seconds": halves * 1800, "agreement": where, "day": all_.day(ago)}
    record = str((await all_[name].does("POST", "/contributions", wish))["id"])
    await all_.come(record, *parties)
    if by:
        said = await all_[by].does("POST", "/attestations", {"contribution": record})
        await all_.come(said["attestations"][-1]["id"], *parties)


async def _income(
    all_: Studio, where: str, cents: int, tax: int, client: str, ago: int, parties: Sequence[str]
) -> None:
    wish = {
        "agreement": where,
        "gross": {"amt": cents + tax, "cur": "EUR"},
        "tax": tax,
        "payer": "client",
        "on": all_.day(ago),
    }
    record = str((await all_["ana"].does("POST", "/incomes", wish))["id"])
    await all_.come(record, *parties)
    await all_[client].does("POST", f"/incomes/{record}/answers", {})
    for each in parties:
        await stands(all_.nodes[each], record, "confirmed")


async def _share(all_: Studio, where: str, ago: int, approvers: Sequence[str], parties: Sequence[str]) -> str:
    asked = {"agreement": where, "to": all_.day(ago)}
    seen = await all_["ana"].does("POST", "/distributions/preview", asked)
    made = str((await all_["ana"].does("POST", "/distributions", {**asked, "digest": seen["digest"]}))["id"])
    await all_.come(made, *parties)
    for each in approvers:
        await all_[each].does("POST", f"/distributions/{made}/approvals", {})
    for each in parties:
        await stands(all_.nodes[each], made, "effective")
    return made


async def stands(node: Node, record: str, state: str) -> None:
    """Wait until a record stands so for somebody."""
    await node.learns(partial(is_so, node, from_text(record), state))

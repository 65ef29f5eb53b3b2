"""A studio at work: three who do it and two who pay for it, over half a year.

Whatever is done here is asked of the nodes' own APIs, as any program would. Days count back from the one on which it
plays, so that what there is to see looks alike whenever it is looked at.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random
from typing import Any, NamedTuple

import trio

from meshnode.app.demo.narrator import ClaimFailed, comes_true
from meshnode.app.demo.seat import Seat
from meshproto.fold.lineage import read_stand
from meshproto.records.ids import from_text

NETWORK = "Harbour studio"
PROJECTS = ("Website", "Mobile app", "Atlas of benches")
TITLES = {
    "Ana": ("Landing page", "Type and colour", "Call with the client", "Booking flow", "Icons"),
    "Ben": ("Booking form", "Server moved", "Search index", "Payment hook", "Tests for invoices"),
    "Cleo": ("Photographs", "Captions", "Interview", "Proofreading", "Translation to Spanish"),
}
"""What each of those who work works on."""
CLIENTS = ("Acme", "Nordlys")
HALF_HOURS = (1, 2, 3, 3, 4, 6, 8)
BUSY, WEEKEND = 0.45, 0.06
"""How probable it is that somebody works on a day."""
STEPS: list[dict[str, Any]] = [
    {"do": "reimburse", "match": {"kind": ["money", "material"], "comp": ["deferred"]}},
    {"do": "pro_rata", "claim": "once", "weights": [{"match": {"kind": ["work", "care"]}, "unit": "HUR"}]},
]
"""How income is shared: first what was laid out, then by hours."""

Answer = Any  # what an API answers has any shape


class Entry(NamedTuple):
    """A piece of work of the sample weeks."""

    ago: int
    name: str
    title: str
    seconds: int
    project: str


class Studio:
    """Its people at their nodes, and what they do there."""

    def __init__(self, seats: Mapping[str, Seat], turn: Callable[[float], None], weeks: int) -> None:
        """`turn` sets all clocks to so many days ago; it is called with ever fewer."""
        self.seats = seats
        self._turn = turn
        self.today = datetime.now(UTC).astimezone().date()
        self._work = sample_weeks(self.today, weeks)
        self.entries = len(self._work)
        """How many entries the sample weeks have."""
        self._parties: dict[str, tuple[str, ...]] = {}
        self._written: list[str] = []

    def turn(self, ago: float) -> None:
        """Let all clocks show what they showed so many days ago."""
        self._turn(ago)

    def day(self, ago: int) -> str:
        """The date of some days ago."""
        return (self.today - timedelta(days=ago)).isoformat()

    async def get(self, name: str, path: str) -> Answer:
        """What somebody's node answers. Raises Refused."""
        return await self.seats[name].ask.get(path)

    async def post(self, name: str, path: str, body: Mapping[str, object]) -> Answer:
        """Let somebody do something at their node. Raises Refused."""
        return await self.seats[name].ask.post(path, body)

    async def open_projects(self) -> None:
        """What the studio works on."""
        for title in PROJECTS:
            made = await self.post("Ana", "/projects", {"title": title, "network": NETWORK})
            await self.come(made["id"])

    async def until(self, ago: int) -> None:
        """Work on, week by week, until so many days ago."""
        while self._work and self._work[0].ago > ago:
            week = max(self._work[0].ago - 6, ago + 1)
            entries = [each for each in self._work if each.ago >= week]
            del self._work[: len(entries)]
            self._turn(week)
            async with trio.open_nursery() as everybody:
                for entry in entries:
                    everybody.start_soon(self._log, entry)
        self._turn(ago)

    async def _log(self, entry: Entry) -> None:
        wish = {"title": entry.title, "seconds": entry.seconds, "project": entry.project, "day": self.day(entry.ago)}
        self._written.append(str((await self.post(entry.name, "/contributions", wish))["id"]))

    async def settle(self) -> int:
        """Wait until everybody has folded all the work of the weeks so far; returns how many entries these are."""
        for each in self._written:
            await self.come(each)
        return len(self._written)

    async def agree(self, title: str, workers: Sequence[str], client: str) -> str:
        """Ana proposes to share a client's money with others, and everybody signs; returns the id."""
        parties = [{"who": "me", "roles": ["provider", "holder"]}]
        parties += [{"who": each, "roles": ["provider"]} for each in workers]
        terms: dict[str, Any] = {
            "title": title,
            "summary": f"What we do for {client}, and how its money is shared.",
            "parties": [*parties, {"who": client, "roles": ["client"]}],
            "from": self.day(150),
            "income_confirm": "client",
            "ack": {"min": 1, "by": "parties"},
            "equation": {"cur": "EUR", "steps": STEPS},
            "responsibility": [{"to": client, "final": "me", "scope": "delivery", "deputies": workers[:1]}],
            "rights": {"results": {"ownership": "per_author", "licence": "MIT"}, "attribution": True},
            "approval": "all",
        }
        self._parties[title] = ("Ana", *workers, client)
        return str((await self.post("Ana", "/agreements", terms))["id"])

    async def sign(self, agreement: str, name: str) -> None:
        """Somebody signs what lies before them."""
        await self.come(agreement, name)
        await self.post(name, f"/agreements/{agreement}/signatures", {})

    async def work(self, where: str, name: str, title: str, halves: int, ago: int, by: str = "") -> str:
        """Work under an agreement, in half hours, which somebody confirms; returns its id."""
        wish = {"title": title, "seconds": halves * 1800, "day": self.day(ago)}
        return await self.contribute(where, name, wish, by)

    async def contribute(self, where: str, name: str, wish: Mapping[str, object], by: str = "") -> str:
        """Whatever somebody gave under an agreement, which somebody else confirms; returns its id."""
        record = str((await self.post(name, "/contributions", {**wish, "agreement": where}))["id"])
        await self.come(record, *self._parties[where])
        if by:
            said = await self.post(by, "/attestations", {"contribution": record})
            await self.come(said["attestations"][-1]["id"], *self._parties[where])
        return record

    async def thank(self, name: str, work: str, text: str = "", skill: str = "") -> None:
        """Somebody thanks for work, or confirms the skill that it shows; Ana, whose CV is looked at, hears of it."""
        kind = {"kind": "skill", "skill": skill} if skill else {"text": text}
        made = await self.post(name, f"/contributions/{work}/thank", kind)
        await self.come(made["id"], "Ana")

    async def income(self, where: str, client: str, net: int, tax: int, ago: int) -> str:
        """Money of a client, in cents, that Ana received and the client confirms; returns its id."""
        gross = {"amt": net + tax, "cur": "EUR"}
        wish = {"agreement": where, "gross": gross, "tax": tax, "payer": "client", "on": self.day(ago)}
        record = str((await self.post("Ana", "/incomes", wish))["id"])
        await self.come(record, *self._parties[where])
        await self.post(client, f"/incomes/{record}/answers", {})
        await self.stands(record, "confirmed", *self._parties[where])
        return record

    async def share(self, where: str, ago: int) -> str:
        """Ana proposes how to share what came in until then; returns the distribution's id."""
        await self.settle()  # Whoever proposes should know all that was done, and be busy with nothing else.
        asked = {"agreement": where, "to": self.day(ago)}
        seen = await self.post("Ana", "/distributions/preview", asked)
        made = str((await self.post("Ana", "/distributions", {**asked, "digest": seen["digest"]}))["id"])
        await self.come(made, *self._parties[where])
        return made

    async def approve(self, where: str, distribution: str) -> None:
        """All who provide approve a distribution."""
        for each in self._parties[where][:-1]:
            await self.post(each, f"/distributions/{distribution}/approvals", {})
        await self.stands(distribution, "effective", *self._parties[where])

    async def pay(self, where: str, payee: str, amount: int) -> str:
        """Ana pays somebody, who says that it came; returns the payment's id."""
        wish = {"agreement": where, "amount": {"amt": amount, "cur": "EUR"}, "payee": payee}
        paid = str((await self.post("Ana", "/settlements", wish))["id"])
        await self.come(paid, *self._parties[where])
        await self.post(payee, f"/settlements/{paid}/answers", {})
        await self.stands(paid, "confirmed", *self._parties[where])
        return paid

    async def come(self, record: str, *names: str) -> None:
        """Wait until some, or all, have folded a record. Raises ClaimFailed."""
        for name in names or tuple(self.seats):
            if not await comes_true(partial(self._has, name, record)):
                raise ClaimFailed(f"{name} has the record {record}")

    async def stands(self, record: str, state: str, *names: str) -> None:
        """Wait until a record stands so for some, or all. Raises ClaimFailed."""
        for name in names or tuple(self.seats):
            if not await comes_true(partial(self._is_so, name, record, state)):
                raise ClaimFailed(f"the record {record} is {state} for {name}")

    async def _has(self, name: str, record: str) -> bool:
        entry = self.seats[name].opened.office.lookups.entry(from_text(record))
        return entry is not None and entry.status == "yes"

    async def _is_so(self, name: str, record: str, state: str) -> bool:
        folded = self.seats[name].opened.office.folded
        with folded.steady():
            return read_stand(folded, from_text(record)).state == state


def sample_weeks(today: date, weeks: int) -> list[Entry]:
    """Work on projects, the oldest first, more on some days than on others; alike every time."""
    chance = Random(7)
    found = []
    for ago in range(weeks * 7, 0, -1):
        free = (today - timedelta(days=ago)).weekday() >= 5
        for name, titles in TITLES.items():
            if chance.random() < (WEEKEND if free else BUSY):
                seconds = chance.choice(HALF_HOURS) * 1800
                project = chance.choices(PROJECTS, (5, 3, 2))[0]
                found.append(Entry(ago, name, chance.choice(titles), seconds, project))
    return found

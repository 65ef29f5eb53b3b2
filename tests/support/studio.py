"""A studio to look at: three who work and two clients, each with a node of their own that runs as a process.

And one who is in no network, at whose node nothing happens unless a test does it.

Some weeks of work, two agreements in force, incomes that were shared and paid; and something of each kind that waits,
for whoever tries what the pages do. Days count back from the day it is set up, so that pages look alike whenever they
are looked at.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any
from urllib.parse import urlsplit

from meshnode.app.demo.money import APP, SITE
from meshnode.app.demo.studio import NETWORK, PROJECTS, STEPS, TITLES
from meshnode.client.calls import Call
from meshnode.client.client import Client
from meshnode.client.errors import Problem
from tests.support.addresses import Things, pages_of
from tests.support.homes import Household, Person
from tests.support.patience import DEADLINE

PEOPLE = ("ana", "ben", "cleo", "acme", "nordlys")
ALONE = "dora"
WORKERS = [name.lower() for name in TITLES]
"""Those who work; what they work on, and for whom, is the demonstration's."""
_AGAIN = 0.02

Work = tuple[str, str, int, int, str]
"""Who, what, half hours, days ago, and who confirms it; nobody if that is empty."""


class Studio:
    """The people of the studio, and what of theirs the tests look at, by id."""

    def __init__(self, household: Household) -> None:
        self.people: dict[str, Person] = {name: household.person(name, starts=False) for name in (*PEOPLE, ALONE)}
        self.clients: dict[str, Client] = {}
        self.urls: dict[str, str] = {}
        """Where each one's dashboard is, without a slash at the end."""
        self.today = datetime.now(UTC).date()
        self.site = self.app = self.workshop = self.projector = ""
        """The agreements: two in force, two that Ana is asked to sign."""
        self.shared = self.open_share = ""
        """The distributions: one in force, one that Cleo has not approved yet."""
        self.landing = self.unseen = ""
        """The work of Ana that Ben has confirmed, and of Ben that nobody has."""
        self.payment = ""
        """A payment that was made and is not confirmed."""
        self.payee = ""
        """Who is to confirm it."""

    def begin(self) -> None:
        """Let everybody's node run."""
        at_once([partial(self._begin, name) for name in self.people])

    def _begin(self, name: str) -> None:
        person = self.people[name]
        person.does("init", "--name", person.name, "--no-recovery")
        self.starts(name)

    def starts(self, name: str) -> None:
        """Let somebody's node run, anew."""
        self.people[name].does("up")
        self.clients[name] = Client.of(self.people[name].home, DEADLINE)
        self.urls[name] = self.clients[name].node.status()["url"].rstrip("/")

    def link(self, name: str) -> str:
        """A fresh link that logs a browser in to somebody's dashboard."""
        return self.clients[name].node.login_link()["url"]

    def port(self, name: str) -> int:
        """Where somebody's dashboard listens."""
        return urlsplit(self.urls[name]).port or 0

    def pages(self) -> dict[str, str]:
        """Every page of Ana's dashboard by a name, and its address."""
        return pages_of(Things(self.shared, self.site, record=self.shared, to_sign=self.workshop))

    def day(self, ago: int) -> str:
        """Some days ago."""
        return (self.today - timedelta(days=ago)).isoformat()

    def does(self, name: str, method: str, path: str, body: Mapping[str, object] | None = None) -> Any:
        """Ask somebody's node for something; returns the JSON of the answer."""
        return self.clients[name].link.ask(Call(method, path, body=body))

    def posts(self, name: str, path: str, body: Mapping[str, object]) -> str:
        """Let somebody write something, and return its id."""
        return str(self.does(name, "POST", path, body)["id"])

    def come(self, *records: str, to: Sequence[str] = PEOPLE) -> None:
        """Wait until records count for some, or for all."""
        for name in to:
            for record in records:
                self.waits(partial(self._standing, name, record), lambda found: found["status"] == "yes", record)

    def stands(self, record: str, state: str, to: Sequence[str] = PEOPLE) -> None:
        """Wait until a record stands so for some, or for all."""
        for name in to:
            self.waits(partial(self._standing, name, record), lambda found: found["label"] == state, record)

    def waits(self, ask: Callable[[], Any], fits: Callable[[Any], object], what: str) -> None:
        """Ask again and again until an answer fits."""
        until = time.monotonic() + DEADLINE
        while not fits(found := ask()):
            assert time.monotonic() < until, f"waited in vain for {what}, which is {found}"
            time.sleep(_AGAIN)

    def _standing(self, name: str, record: str) -> Mapping[str, str]:
        try:
            standing: Mapping[str, str] = self.does(name, "GET", f"/records/{record}")["standing"]
        except Problem as problem:
            return {"status": problem.code, "label": ""}
        return standing

    def tails(self) -> str:
        """The end of each node's log."""
        return "\n".join(f"--- {name}\n{person.tries('logs').out[-1500:]}" for name, person in self.people.items())


def at_once(does: Sequence[Callable[[], object]]) -> None:
    """Do several things beside each other, and fail if one fails."""
    with ThreadPoolExecutor(len(does)) as pool:
        for each in [pool.submit(do) for do in does]:
            each.result()


@contextmanager
def studio(*, weeks: int = 20) -> Iterator[Studio]:
    """Everything set up; the nodes run until the body ends."""
    with Household() as household:
        all_ = Studio(household)
        all_.begin()
        _meet(all_)
        _weeks(all_, weeks)
        all_.site = _agree(all_, SITE, ["Ben", "Cleo"], "Acme", ("ben", "cleo", "acme"))
        all_.app = _agree(all_, APP, ["Cleo"], "Nordlys", ("cleo", "nordlys"))
        _site(all_)
        _app(all_)
        _open(all_)
        yield all_


def _meet(all_: Studio) -> None:
    """All in one network, and each knows the names of the others."""
    all_.people["ana"].does("network", "create", NETWORK, "--open")
    line = all_.people["ana"].line()
    at_once([partial(all_.clients[name].networks.join, line, wait_ms=30_000) for name in PEOPLE[1:]])
    names = {all_.people[name].name for name in PEOPLE}
    for name in PEOPLE:
        members = partial(all_.clients[name].networks.members, NETWORK)
        all_.waits(members, lambda found: {each["agent"]["name"] for each in found} >= names, "names")


def _weeks(all_: Studio, weeks: int) -> None:
    """Work on projects of the network, more on some days than on others."""
    made = [all_.posts("ana", "/projects", {"title": title, "network": NETWORK}) for title in PROJECTS]
    all_.come(*made)
    at_once([partial(_weeks_of, all_, name, weeks) for name in WORKERS])


def _weeks_of(all_: Studio, name: str, weeks: int) -> None:
    chance = Random(name)
    for ago in range(weeks * 7, 0, -1):
        if chance.random() > (0.6 if all_.today.weekday() != (ago % 7) else 0.1):
            continue
        wish = {
            "title": chance.choice(TITLES[name.title()]),
            "seconds": chance.choice((1, 2, 3, 3, 4, 6)) * 1800,
            "day": all_.day(ago),
            "project": chance.choices(PROJECTS, (5, 3, 2))[0],
        }
        all_.posts(name, "/contributions", wish)


def _agree(all_: Studio, title: str, workers: Sequence[str], client: str, signers: Sequence[str]) -> str:
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
    made = all_.posts("ana", "/agreements", terms)
    for each in signers:
        all_.come(made, to=[each])
        all_.does(each, "POST", f"/agreements/{made}/signatures", {})
    all_.stands(made, "in_force", ("ana", *signers))
    return made


def _site(all_: Studio) -> None:
    """Hours, a domain laid out, an income that was shared and paid; and work and an income that nobody confirmed."""
    parties = ("ana", "ben", "cleo", "acme")
    all_.landing, *_ = _work(
        all_,
        SITE,
        parties,
        ("ana", "Landing page", 17, 60, "ben"),
        ("ben", "Booking form", 23, 55, "ana"),
        ("cleo", "Photographs", 12, 50, "ana"),
        ("ben", "Search index", 9, 48, "cleo"),
    )
    domain = {"title": "Domain for two years", "kind": "money", "value": {"amt": 6_000, "cur": "EUR"}}
    laid_out = all_.posts(
        "ben", "/contributions", {**domain, "comp": "deferred", "agreement": SITE, "day": all_.day(47)}
    )
    all_.come(laid_out, to=parties)
    all_.does("ana", "POST", "/attestations", {"contribution": laid_out})
    _income(all_, SITE, 385_000, "acme", 45, parties)
    all_.shared = _share(all_, SITE, 44, ("ana", "ben", "cleo"), parties)
    first, second = (_pay(all_, SITE, parties) for _ in range(2))
    all_.does(first[1], "POST", f"/settlements/{first[0]}/answers", {})
    all_.payment, all_.payee = second
    _work(all_, SITE, parties, ("ben", "Payment hook", 11, 12, "ana"), ("cleo", "Captions", 5, 9, "ana"))
    _income(all_, SITE, 142_500, "acme", 6, parties, confirmed=False)
    all_.unseen, *_ = _work(all_, SITE, parties, ("ben", "Tests for invoices", 7, 3, ""))


def _pay(all_: Studio, where: str, parties: Sequence[str]) -> tuple[str, str]:
    """Somebody pays what would settle it; returns the payment, and who is to confirm it."""
    plan = all_.does("ana", "GET", f"/plan?agreement={where.replace(' ', '%20')}")["items"]
    each = next(each for each in plan if each["payer"]["me"])
    wish = {"agreement": where, "amount": {"amt": each["amount"]["amt"], "cur": "EUR"}, "payee": each["payee"]["id"]}
    paid = all_.posts("ana", "/settlements", wish)
    all_.come(paid, to=parties)
    return paid, each["payee"]["name"].lower()


def _app(all_: Studio) -> None:
    """The same for another client, whose second income was shared out and not approved by all."""
    parties = ("ana", "cleo", "nordlys")
    _work(all_, APP, parties, ("ana", "Booking flow", 20, 33, "cleo"), ("cleo", "Interview", 8, 30, "ana"))
    _income(all_, APP, 210_000, "nordlys", 20, parties)
    _share(all_, APP, 19, ("ana", "cleo"), parties)
    _work(all_, APP, parties, ("ana", "Icons", 6, 15, "cleo"))
    _income(all_, APP, 90_000, "nordlys", 12, parties)
    all_.open_share = _share(all_, APP, 11, ("ana",), parties, effective=False)


def _open(all_: Studio) -> None:
    """What waits for Ana besides: two agreements to sign or not; and her timer runs."""
    for place, title in (("workshop", "Workshop series"), ("projector", "A projector of our own")):
        terms = {
            "title": title,
            "summary": "Six evenings on signing and sharing, held together.",
            "parties": [{"who": "me", "roles": ["provider", "holder"]}, {"who": "Ana", "roles": ["provider"]}],
            "from": all_.day(0),
            "equation": {"cur": "EUR", "steps": [{"do": "equal"}]},
        }
        setattr(all_, place, all_.posts("ben", "/agreements", terms))
    all_.come(all_.workshop, all_.projector, to=("ana", "ben"))
    all_.does("ana", "POST", "/timers", {"title": "Wireframes for the atlas", "project": "Atlas of benches"})


def _work(all_: Studio, where: str, parties: Sequence[str], *works: Work) -> list[str]:
    """Work under an agreement, seen by all of it, and what others said of it."""
    made = []
    for name, title, halves, ago, _ in works:
        wish = {"title": title, "seconds": halves * 1800, "agreement": where, "day": all_.day(ago)}
        made.append(all_.posts(name, "/contributions", wish))
    all_.come(*made, to=parties)
    said = [
        all_.does(by, "POST", "/attestations", {"contribution": record})["attestations"][-1]["id"]
        for record, (*_, by) in zip(made, works, strict=True)
        if by
    ]
    all_.come(*said, to=parties)
    return made


def _income(
    all_: Studio, where: str, cents: int, client: str, ago: int, parties: Sequence[str], *, confirmed: bool = True
) -> None:
    tax = cents * 21 // 100
    gross = {"amt": cents + tax, "cur": "EUR"}
    wish = {"agreement": where, "gross": gross, "tax": tax, "payer": "client", "on": all_.day(ago)}
    record = all_.posts("ana", "/incomes", wish)
    all_.come(record, to=parties)
    if confirmed:
        all_.does(client, "POST", f"/incomes/{record}/answers", {})
        all_.stands(record, "confirmed", parties)


def _share(
    all_: Studio, where: str, ago: int, approvers: Sequence[str], parties: Sequence[str], *, effective: bool = True
) -> str:
    asked = {"agreement": where, "to": all_.day(ago)}
    seen = all_.does("ana", "POST", "/distributions/preview", asked)
    made = all_.posts("ana", "/distributions", {**asked, "digest": seen["digest"]})
    all_.come(made, to=parties)
    for each in approvers:
        all_.does(each, "POST", f"/distributions/{made}/approvals", {})
    if effective:
        all_.stands(made, "effective", parties)
    return made

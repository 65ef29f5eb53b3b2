"""The scenes about work and money: half a year of it, two agreements, incomes that are shared, approved and paid."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from meshnode.app.demo.narrator import Narrator
from meshnode.app.demo.studio import Studio

SITE, APP = "Acme site", "Nordlys app"
SITE_PARTIES, APP_PARTIES = ("Ana", "Ben", "Cleo", "Acme"), ("Ana", "Cleo", "Nordlys")


class Told(NamedTuple):
    """The ids of what there is to look at afterwards."""

    site: str
    app: str
    shared: str
    """A distribution in force."""
    workshop: str
    """An agreement that Ana has yet to sign."""


async def business(studio: Studio, say: Narrator) -> Told:
    """Play these scenes. Raises ClaimFailed."""
    say.scene("Half a year of work goes by in a moment")
    await studio.open_projects()
    await studio.until(150)
    site = await _agree(studio, say)
    await _work_on_the_site(studio)
    shared = await _share(studio, say)
    app = await _app(studio)
    await studio.until(14)
    await _go_on(studio)
    workshop = await _leave_open(studio)
    await studio.until(0)
    studio.turn(0.07)
    held = await studio.settle()
    say.claim(f"{held} entries of three people, signed and held by five", held == studio.entries)
    await studio.post("Ana", "/timers", {"title": "Wireframes for the atlas", "project": "Atlas of benches"})
    return Told(site, app, shared, workshop)


async def _agree(studio: Studio, say: Narrator) -> str:
    say.scene("An agreement: who does what, whose the results are, how the money is shared")
    site = await studio.agree(SITE, ["Ben", "Cleo"], "Acme")
    for ago, name in ((149, "Ben"), (148, "Cleo"), (146, "Acme")):
        await studio.until(ago)
        await studio.sign(site, name)
    await studio.stands(site, "in_force", *SITE_PARTIES)
    found = await studio.get("Acme", f"/agreements/{site}")
    signed = [each["agent"]["name"] for each in found["signatures"] if each["state"] == "signed"]
    say.claim(f"“{SITE}” is in force for all, signed by {_and(sorted(signed))}", len(signed) == len(SITE_PARTIES))
    return site


async def _work_on_the_site(studio: Studio) -> None:
    """Hours, and a domain that Ben laid out, each confirmed by somebody else; and thanks."""
    await studio.until(120)
    landing = await studio.work(SITE, "Ana", "Landing page", 33, 120, "Ben")
    await studio.thank("Acme", landing, "This is who we are.")
    await studio.thank("Ben", landing, skill="design")
    for name, title, halves, ago, by in (
        ("Ben", "Booking form", 46, 110, "Ana"),
        ("Cleo", "Photographs", 24, 96, "Ana"),
        ("Ben", "Search index", 18, 90, "Cleo"),
    ):
        await studio.until(ago)
        await studio.work(SITE, name, title, halves, ago, by)
    domain = {"title": "Domain for two years", "kind": "money", "value": {"amt": 6_000, "cur": "EUR"}}
    await studio.contribute(SITE, "Ben", {**domain, "comp": "deferred", "day": studio.day(90)}, "Ana")


async def _share(studio: Studio, say: Narrator) -> str:
    say.scene("Acme pays, and the money is shared to the cent")
    await studio.until(84)
    await studio.income(SITE, "Acme", 385_000, 80_850, 84)
    say.claim("4,658.50 EUR came in, as Acme confirms: 3,850.00 to share, 808.50 tax", True)
    await studio.until(82)
    shared = await studio.share(SITE, 83)
    seen = [await studio.get(name, f"/distributions/{shared}") for name in SITE_PARTIES]
    lines = [(each["agent"]["name"], each["amt"]) for each in seen[0]["lines"]]
    told = ", ".join(f"{name} {euros(amount)}" for name, amount in lines)
    whole = sum(amount for _, amount in lines) + seen[0]["carry"]["amt"] == seen[0]["pool"]["amt"]
    say.claim(f"{told}: together what came in, to the cent", whole)
    same = len({each["digest"] for each in seen}) == 1
    say.claim(f"Ana, Ben, Cleo and Acme each computed it, and the same: {seen[0]['digest'][:12]}…", same)
    await studio.until(80)
    await studio.approve(SITE, shared)
    say.claim("Ana, Ben and Cleo approved it: it is in force", True)
    signatures = list(_signatures(await studio.get("Cleo", f"/distributions/{shared}/explanation")))
    say.claim(f"every cent opens down to its signatures: {len(signatures)} checked", all(signatures))
    await _pay(studio, say, dict(lines)["Ben"])
    return shared


async def _pay(studio: Studio, say: Narrator, amount: int) -> None:
    await studio.until(77)
    await studio.pay(SITE, "Ben", amount)
    owed = [each for each in (await studio.get("Ben", "/balances"))["items"] if each["agent"]["me"]]
    say.claim(f"Ana paid Ben {euros(amount)}, which Ben confirms: nothing is owed to him", owed[0]["open"] == 0)


async def _app(studio: Studio) -> str:
    """A second agreement, whose income is shared as well."""
    await studio.until(70)
    app = await studio.agree(APP, ["Cleo"], "Nordlys")
    for ago, name in ((69, "Cleo"), (66, "Nordlys")):
        await studio.until(ago)
        await studio.sign(app, name)
    await studio.stands(app, "in_force", *APP_PARTIES)
    for name, title, halves, ago, by in (("Ana", "Booking flow", 40, 50, "Cleo"), ("Cleo", "Interview", 16, 44, "Ana")):
        await studio.until(ago)
        await studio.work(APP, name, title, halves, ago, by)
    await studio.until(36)
    await studio.income(APP, "Nordlys", 210_000, 44_100, 36)
    await studio.approve(APP, await studio.share(APP, 36))
    return app


async def _go_on(studio: Studio) -> None:
    """More work for Acme, and money that nobody has shared yet."""
    await studio.work(SITE, "Ben", "Payment hook", 21, 14, "Ana")
    await studio.until(9)
    await studio.work(SITE, "Cleo", "Captions", 9, 9, "Ana")
    await studio.until(6)
    await studio.income(SITE, "Acme", 142_500, 29_925, 6)


async def _leave_open(studio: Studio) -> str:
    """What waits for Ana: something to confirm, and something to sign."""
    await studio.until(3)
    await studio.work(SITE, "Ben", "Tests for invoices", 7, 3)
    await studio.until(2)
    terms = {
        "title": "Workshop series",
        "summary": "Six evenings on signing and sharing, held together.",
        "parties": [{"who": "me", "roles": ["provider", "holder"]}, {"who": "Ana", "roles": ["provider"]}],
        "from": studio.day(0),
        "equation": {"cur": "EUR", "steps": [{"do": "equal"}]},
    }
    workshop = str((await studio.post("Ben", "/agreements", terms))["id"])
    await studio.come(workshop, "Ana", "Ben")
    return workshop


def euros(cents: int) -> str:
    """An amount as people write it."""
    return f"{cents // 100:,}.{cents % 100:02d} EUR"


def _and(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _signatures(found: Any) -> Iterator[bool]:
    """Whether each signature in an explanation holds; it has any shape."""
    if isinstance(found, dict):
        if "holds" in found and "key" in found:
            yield bool(found["holds"])
        found = list(found.values())
    if isinstance(found, list):
        for each in found:
            yield from _signatures(each)

"""How the node's answers are put into words and cells: ids, people, places, quantities, sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.words.safe_text import clean
from meshnode.words.times import show_duration
from meshnode.words.units import SHORT, show_number

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from meshnode.client.answers import Agent, Quantity, Scope, Signer
    from meshnode.client.money_answers import PassedOn
    from meshnode.client.work_answers import Contribution, Money

ID_LETTERS = 15
"""Letters of a shortened id. The first seven are alike in all ids; the other eight hold 40 bits, so that even among
100,000 records one is rarely meant twice."""
PEER_TAIL = 8
"""Letters at the end of a shortened peer id; all of them begin alike."""


def short_id(text: str) -> str:
    """Shorten an id so that it can still be pasted: every command finds the record again by its beginning.

    The beginning and not the end, because ids are stored in the order of their beginnings.
    """
    return f"{text[:ID_LETTERS]}…" if len(text) > ID_LETTERS else text


def short_peer(text: str) -> str:
    """Shorten a libp2p peer id; all of them begin alike, so the end tells them apart."""
    return f"{text[:6]}…{text[-PEER_TAIL:]}" if len(text) > 6 + PEER_TAIL + 1 else text


def who(agent: Agent | None, fallback: str = "") -> str:
    """Name somebody; who never told a name is shown by id."""
    if agent is None:
        return fallback
    name = clean(agent["name"]) or short_id(agent["id"])
    marks = (("you", agent["me"]), ("forked", agent["forked"]), ("blocked", agent["blocked"]))
    notes = [note for note, holds in marks if holds]
    notes += [f"face of {clean(agent['face_of'])}"] if agent["face_of"] else []
    return f"{name} ({', '.join(notes)})" if notes else name


def who_briefly(agent: Agent | None, fallback: str = "") -> str:
    """Name somebody in a narrow column."""
    if agent is None or agent["me"]:
        return "you" if agent is not None else fallback
    return who({**agent, "face_of": ""})


def faces_of(agents: Iterable[Agent]) -> list[str]:
    """Say of each face of a network what it is, where a table has no room for that."""
    known = {agent["id"]: agent for agent in agents if agent["face_of"]}
    return [f"{who_briefly(each)} is the face of {clean(each['face_of'])}." for each in known.values()]


def signed(agent: Agent | None, signer: Signer | None) -> str:
    """Name an author, and who signed in that name by which mandate."""
    if signer is None:
        return who(agent)
    by = "you" if signer["agent"]["me"] else who(signer["agent"])
    return f"{who(agent)}, signed by {by} ({clean(signer['role'])}, mandate {short_id(signer['mandate'])})"


def signed_briefly(agent: Agent | None, signer: Signer | None) -> str:
    """Name an author, and who signed in that name, in a narrow column."""
    by = f" ({who_briefly(signer['agent'])})" if signer is not None else ""
    return who_briefly(agent) + by


def keys(kept: str) -> str:
    """Write how the keys are kept on the disk."""
    known = {"passphrase": "protected by a passphrase", "clear": "in clear, no passphrase", "partly": "partly sealed"}
    return known.get(kept, clean(kept))


def where(scope: Scope) -> str:
    """Name the stream a record stands in."""
    if scope["kind"] == "notebook":
        return "your notebook"
    return clean(scope["name"]) or short_id(scope["id"])


def quantity(amount: Quantity, seconds: int | None) -> str:
    """Write a quantity: times as `3.5 h`, others as their decimal number and unit."""
    if seconds is not None:
        return show_duration(seconds) if seconds >= 0 else f"-{show_duration(-seconds)}"
    unit = SHORT.get(amount["u"], clean(amount["u"]))
    return f"{show_number(amount['n'], amount['s'])} {unit}"


def worth(value: Money | None) -> str:
    """Write an amount of money with as many decimals as its currency has."""
    if value is None:
        return ""
    from meshnode.words.money import show_money  # It takes the list of all currencies.

    return show_money(value["amt"], clean(value["cur"]), value["exp"])


def passed(one: PassedOn) -> str:
    """Say into which agreement some money went on."""
    return (
        f"went on into {where(one['agreement'])}: {worth(one['net'])} on {one['on']}, {one['state']}   {one['income']}"
    )


def amount(entry: Contribution) -> str:
    """Write how much a contribution is: of a single piece that has a value, the value."""
    one = entry["quantity"] == {"n": 1, "s": 0, "u": "C62"}
    return worth(entry["value"]) if one and entry["value"] else quantity(entry["quantity"], entry["seconds"])


def standing(status: str) -> str:
    """Write how a record stands; the specification answers whether it has an effect, people ask for a property."""
    return "valid" if status == "yes" else clean(status)


def state_of(state: str, declined: Collection[Agent]) -> str:
    """How an agreement stands: what somebody said no to waits for nobody, and is no proposal to people any more."""
    return "declined" if declined else clean(state)


def title(entry: Contribution) -> str:
    """Write the title of a contribution, or why there is none."""
    if entry["title"]:
        return clean(entry["title"])
    return {"erased": "(erased)", "missing": "(text not here yet)"}.get(entry["part"], "(no title)")


def size(number: int) -> str:
    """Write a number of bytes."""
    for unit, step in (("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1000)):
        if number >= step:
            return f"{number / step:.1f} {unit}"
    return f"{number} B"


def count(number: int, thing: str, plural: str = "") -> str:
    """Write a number of things: `1 record`, `12,000 records`."""
    return f"{number:,} {thing if number == 1 else plural or thing + 's'}"

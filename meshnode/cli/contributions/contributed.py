"""How a contribution is put into words: in a table, and whole."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from meshnode.words.safe_text import clean
from meshnode.words.shown import (
    amount,
    count,
    quantity,
    short_id,
    signed,
    signed_briefly,
    size,
    standing,
    title,
    where,
    who,
    who_briefly,
    worth,
)
from meshnode.words.times import show_moment, show_period

if TYPE_CHECKING:
    from meshnode.client.answers import Agent, Quantity
    from meshnode.client.work_answers import Contribution, Evidence, Recognition, Share, Sums

MOST_SHOWN = 12
"""People, classes and files of one contribution shown to people; a hostile one names hundreds. `--json` has all."""
DIGEST_LETTERS = 16
"""Hexadecimal digits shown of a file's digest; `--json` has all."""
THANKS_HEADS = ("DAY", "WHO", "TO", "WHAT")
HEADS = ("ID", "DAY", "HOW MUCH", "WHAT", "WHO", "STATE")
WHAT = HEADS.index("WHAT")


def table_of(entries: Sequence[Contribution]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The heads and lines of a table; without the last column where nothing is to be said in it."""
    rows = [_row_of(entry) for entry in entries]
    matters = any(entry["scope"]["kind"] == "agreement" for entry in entries)
    told = len(HEADS) if matters or any(row[-1] not in ("", "claimed") for row in rows) else len(HEADS) - 1
    return HEADS[:told], [row[:told] for row in rows]


def state_of(entry: Contribution) -> str:
    """How it stands, and its flags: `acknowledged, corrected`."""
    state = entry["claim"] if entry["status"] == "yes" else standing(entry["status"])
    return ", ".join(filter(None, [clean(state), *map(clean, entry["flags"])]))


def _row_of(entry: Contribution) -> tuple[str, ...]:
    others = f" +{entry['authors'] - 1}" if entry["authors"] > 1 else ""
    return (
        short_id(entry["id"]),
        show_period(entry["day_from"], entry["day_to"]),
        amount(entry),
        title(entry),
        signed_briefly(entry["agent"], entry["signed_by"]) + others,
        state_of(entry),
    )


def fields_of(entry: Contribution) -> list[tuple[str, str]]:
    """Everything that is known of it, by name; what is not said is empty."""
    much = amount(entry)
    value = worth(entry["value"])
    return [
        ("id", entry["id"]),
        ("what", f"{clean(entry['kind'])} · {much}" + (" (corrected)" * entry["corrected"])),
        ("worth", value if value != much else ""),
        ("day", show_period(entry["day_from"], entry["day_to"])),
        ("project", entry["project"]["title"] if entry["project"] else ""),
        ("in", where(entry["scope"])),
        ("by", signed(entry["agent"], entry["signed_by"])),
        ("shares", _shares(entry["shares"])),
        ("for", _people(entry["beneficiaries"])),
        ("terms", _COMPENSATIONS.get(entry["comp"], clean(entry["comp"]))),
        ("stream", entry["stream"]),
        ("licence", entry["licence"]),
        ("assured", ", ".join(_WARRANTS.get(each, clean(each)) for each in entry["warrants"])),
        ("class", _listed([clean(each) for each in entry["classes"]])),
        *(("evidence", _file(each)) for each in entry["evidence"][:MOST_SHOWN]),
        ("", _left_out(entry["evidence"])),
        ("rests on", _earlier(entry["of"]) if not entry["shared_from"] else ""),
        ("shared from", entry["shared_from"]),
        ("signed", show_moment(entry["at"])),
        ("stands as", entry["claim"]),
        ("held by", _held(entry)),
        ("source", entry["source"]),
        ("import", entry["batch"]),
    ]  # fmt: skip


def thanks_of(said: Recognition) -> tuple[str, str]:
    """One line under a contribution: what sort of thanks, by whom, and in which words."""
    return _THANKS.get(said["kind"], "thanks"), f"{who(said['agent'])}{_words(said, ': ')}"


def thanks_row(said: Recognition) -> tuple[str, ...]:
    """One line of a table with `THANKS_HEADS`."""
    what = said["kind"] + _words(said, ": ") + (f" ({said['title']})" if said["title"] else "")
    people = ", ".join(who_briefly(each) for each in said["to"])
    return show_moment(said["at"])[:10], who_briefly(said["agent"]), people, what


_THANKS = {"thanks": "thanks", "kudos": "kudos", "skill": "confirmed"}


def _words(said: Recognition, before: str) -> str:
    """The skill and the text of thanks, as far as there are any."""
    words = " · ".join(filter(None, (clean(said["skill"]), clean(said["text"]))))
    return words and before + words


def rows_of_sums(sums: Sums) -> list[tuple[str, str]]:
    """One line for each unit and each currency."""
    amounts = [
        (quantity(each["quantity"], _seconds(each["quantity"])), each["contributions"]) for each in sums["quantities"]
    ]
    values = [(worth(each["value"]), each["contributions"]) for each in sums["values"]]
    return [(total, count(number, "contribution")) for total, number in amounts] + [
        (total, f"{count(number, 'contribution')} with a value") for total, number in values
    ]


def _seconds(amount: Quantity) -> int | None:
    return amount["n"] if amount["u"] == "SEC" and amount["s"] == 0 else None


_COMPENSATIONS = {"paid": "paid for", "deferred": "to be paid for later", "gift": "a gift"}
_WARRANTS = {
    "own_work": "own work",
    "third_party_licensed": "others' work under their licence",
    "employer_consent": "the employer consents",
}


def _shares(shares: list[Share]) -> str:
    """Everybody with their part, the largest first; parts of another whole than 1000 are of that whole."""
    whole = sum(each["part"] for each in shares)
    ordered = sorted(shares, key=lambda each: (-each["part"], who(each["agent"])))
    return _listed([f"{who(each['agent'])} {each['part']}/{whole}" for each in ordered])


def _people(agents: list[Agent]) -> str:
    return _listed([who(each) for each in agents])


def _listed(words: list[str]) -> str:
    """Some of them, and how many more there are."""
    return ", ".join([*words[:MOST_SHOWN], *filter(None, [_left_out(words)])])


def _left_out(items: Sequence[object]) -> str:
    return f"and {len(items) - MOST_SHOWN} more" if len(items) > MOST_SHOWN else ""


def _earlier(of: str) -> str:
    """What stands in another scope is named so that only who knows it finds it."""
    return of if of.startswith("bafkrei") or not of else "earlier work that stands elsewhere"


def _file(file: Evidence) -> str:
    return f"{clean(file['sha256'])[:DIGEST_LETTERS]}… · {clean(file['media'])} · {size(file['size'])}"


def _held(entry: Contribution) -> str:
    others = entry["held_by"]
    if others:
        return "1 other agent says that it holds it" if others == 1 else f"{others} other agents say that they hold it"
    # Who holds what is told to its author above all.
    return "only here so far" if entry["agent"]["me"] else "here; its author is told who else"

"""What the names in queries, paths and headers mean: told in the API's own documentation.

A name means the same wherever it stands; where a route takes less than others do, that is said under its path, too.
"""

from collections.abc import Mapping
from typing import NamedTuple

from meshnode.api.edge import MAX_KEY
from meshnode.store.querying import FOUND_MOST, LOOKED_AT
from meshproto.types import value

Schema = Mapping[str, object]

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean", "default": False}
NUMBER: Schema = {"type": "integer", "minimum": 0}
DAY: Schema = {"type": "string", "format": "date"}


class Parameter(NamedTuple):
    """One name in a query, a path or the headers."""

    text: str
    schema: Schema = TEXT


def _most(items: int) -> Schema:
    return {"type": "integer", "minimum": 1, "maximum": items}


def _one_of(names: tuple[str, ...]) -> Schema:
    return {"type": "string", "enum": list(names)}


QUERY: Mapping[str, Parameter] = {
    "after": Parameter("The number of the last event that was seen; what came later follows.", NUMBER),
    "agreement": Parameter("Only what stands under this agreement: its title, short name or id."),
    "all": Parameter("Also what has ended.", FLAG),
    "as": Parameter("For which organisation, by name or id; absent for the owner."),
    "batch": Parameter("Only what this import took in."),
    "by": Parameter("Only what this person said, by name or id; `me` for the owner."),
    "coauthored": Parameter("Only what several people have a share in.", FLAG),
    "changes": Parameter(
        "Also how records come to stand otherwise; `false` leaves that out.", {"type": "boolean", "default": True}
    ),
    "comp": Parameter("Only what is compensated like this.", _one_of(value.COMPENSATIONS)),
    "cursor": Parameter("Where the page begins: `next` of the page before. Its form may change; never make one."),
    "digests": Parameter(
        "With the digests, which take a while where there is much; `false` leaves them empty.",
        {"type": "boolean", "default": True},
    ),
    "for": Parameter("Only what thanks for this record: its id, or enough of it."),
    "from": Parameter("The first day, included.", DAY),
    "kind": Parameter("Only contributions of this kind.", _one_of(value.KINDS)),
    "kinds": Parameter("Only these types of records, with commas between."),
    "latest": Parameter("The latest first.", FLAG),
    "limit": Parameter("Items on one page at most.", _most(500)),
    "mine": Parameter("Only what the owner did.", FLAG),
    "network": Parameter("Only what stands in this network: its name or id."),
    "person": Parameter("About whom, by name or id; absent for the owner."),
    "project": Parameter("Only what was done for this project: its title, short name or id."),
    "propose": Parameter(
        "If the founders of an organisation decide on this, propose it to them instead of refusing; the answer is then "
        "`Proposed`.",
        FLAG,
    ),
    "q": Parameter(
        f"The words to look for. At most {FOUND_MOST:,} records are found, the newest; where more is asked for than "
        f"words, they are chosen among the newest {LOOKED_AT:,} that have them."
    ),
    "round": Parameter("Only this round of points."),
    "scope": Parameter("Only what is decided in this network or organisation: its name or id."),
    "since": Parameter("The first day on which it was signed.", DAY),
    "stream": Parameter("Only what belongs to this stream of life.", _one_of(value.STREAMS)),
    "to": Parameter("The last day, included.", DAY),
    "type": Parameter("Only records of this type."),
    "until": Parameter("The last day on which it was signed.", DAY),
    "who": Parameter("Only what this person did, by name or id."),
}
"""What each name in a query means."""
OF_ONE_ROUTE: Mapping[tuple[str, str], Parameter] = {
    ("/contributions/hours", "by"): Parameter(
        "What hours are told apart by.", {"type": "string", "enum": ["day", "project", "agent"], "default": "day"}
    ),
    ("/balances", "mine"): Parameter("Only those of the owner.", FLAG),
    ("/plan", "mine"): Parameter("Only those that the owner pays or gets.", FLAG),
    ("/recognitions", "to"): Parameter("Only what thanks this person, by name or id; `me` for the owner."),
    ("/search", "limit"): Parameter("Items on one page at most.", _most(200)),
}
"""What a name means where it means something else, by path and name."""
PATH: Mapping[str, Parameter] = {
    "batch": Parameter("The import, as `/v1/imports` lists it."),
    "file": Parameter("The name of a file of this documentation."),
    "id": Parameter("Its id, or enough of it (the beginning, the end, or both with … between), or what it is called."),
    "invite": Parameter("The invitation: its id, or enough of it."),
}
"""What each name in a path means."""
KEY = Parameter(
    "Makes a repetition harmless: with the same key, and the same path and body, nothing is done twice and the answer "
    "tells what was done. It settles, also after a crash, whether something whose outcome is unknown was done. Use a "
    "fresh random one for each thing to be done. Keys are remembered for the latest ten thousand writes or more; each "
    "token has its own. What makes no record remembers none: syncs, pings, previews, links to log in by, pairing "
    "windows, cards, the peer book, exports, credentials and backups are done again.",
    {"type": "string", "maxLength": MAX_KEY, "pattern": "^[ -~]*$"},
)
"""The header Idempotency-Key."""

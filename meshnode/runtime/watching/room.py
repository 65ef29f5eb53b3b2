"""How full each bound is, in words, and what the owner can do when it is nearly reached."""

from collections.abc import Callable
from typing import NamedTuple

from meshnode.core.fullness import Fullness

SETTINGS = "in the section [relay] of config.toml, then: meshnode down, meshnode up"


class Room(NamedTuple):
    """One bound for people: `state` is `ok` or `warn`; sizes are bytes, counts records."""

    name: str
    about: bytes
    held: int
    limit: int
    unit: str
    state: str
    text: str
    fix: str


def room_of(found: Fullness, name_of: Callable[[bytes], str]) -> Room:
    """Put one bound into words."""
    name, about = found.name, name_of(found.about) if found.about else ""
    unit = "records" if name in ("strangers", "allowance") else "bytes"
    held, limit = (_size(each) if unit == "bytes" else f"{each:,}" for each in (found.held, found.limit))
    text, fix = _WORDS[name]
    state = "warn" if found.is_nearly_full else "ok"
    words = text.format(about=about, used=f"{held} of {limit}" + (" records" if unit == "records" else ""))
    return Room(name, found.about, found.held, found.limit, unit, state, words, fix.format(about=_quoted(about)))


_WORDS: dict[str, tuple[str, str]] = {
    "others": (
        "texts of others take up {used}; beyond, the largest authors' oldest go first, the followed last",
        f"raise others_mib, or keep fewer by private_parts or retention_days, {SETTINGS}",
    ),
    "author": (
        "texts of {about} take up {used}; what comes beyond is not kept",
        f"meshnode block {{about}}, to keep none of them; or raise author_mib {SETTINGS}",
    ),
    "relayed": (
        "{about} is relayed for its members and takes up {used}; beyond, it is held in part",
        f"meshnode unfollow {{about}}; or raise network_mib {SETTINGS}",
    ),
    "strangers": (
        "people who are not members of {about} have stored {used} here; members are not affected",
        "meshnode block, for whoever floods it",
    ),
    "allowance": (
        "you have used up {used} of what {about} allows each member; what is signed beyond counts for nobody",
        "ask its founders for a larger allowance, or found a network for what is to come",
    ),
    "allowance-bytes": (
        "you have used up {used} of what {about} allows each member; what is signed beyond counts for nobody",
        "ask its founders for a larger allowance, or found a network for what is to come",
    ),
}


def _size(size: int) -> str:
    for unit, step in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if size >= step:
            return f"{size / step:.1f} {unit}"
    return f"{size} bytes"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"

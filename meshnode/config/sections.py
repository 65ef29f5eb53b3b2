"""Every setting a person may change, with its default, its bounds and one comment each.

`configs/node.toml` is rendered from this file, so a setting that is not described cannot exist.
Limits that are no matter of taste stay in the settings of their layer.
"""

from collections.abc import Iterator
from dataclasses import MISSING, Field, dataclass, field, fields
from typing import TypeVar

type_of_setting = bool | int | float | str | tuple[str, ...]
T = TypeVar("T", bool, int, float, str, tuple[str, ...])

DEFAULT_PORT = 4401
"""Where a node listens unless told otherwise; the same number everywhere makes firewalls easy to describe."""

API_PORT = 4480
"""Where the local API and the dashboard are found on 127.0.0.1 unless told otherwise."""


def setting(
    default: T,
    comment: str,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    one_of: tuple[str, ...] = (),
) -> T:
    """Declare one setting: its default, its comment for people, and the bounds its value must keep."""
    return field(
        default=default,
        metadata={"comment": comment, "at_least": at_least, "at_most": at_most, "one_of": one_of},
    )


@dataclass(frozen=True, slots=True)
class Net:
    """How other nodes are reached, and how they reach this one."""

    listen: tuple[str, ...] = setting(
        (f"/ip4/0.0.0.0/tcp/{DEFAULT_PORT}",),
        "Addresses to listen on (TCP). Left alone, a busy port is replaced by a free one, which is remembered.",
    )
    announce: tuple[str, ...] = setting(
        (), "Addresses told to peers besides those listened on, for example behind a forwarded port."
    )
    discovery: bool = setting(True, "Find nodes on the local network by mDNS, and be found.")
    max_connections: int = setting(256, "Connections held at once.", at_least=8, at_most=4096)
    reserved_for_known: int = setting(64, "Of these, places that only known peers may take.", at_least=0, at_most=4096)
    max_connections_per_address: int = setting(
        16, "Connections from one source address; one household or office shares one.", at_least=1, at_most=4096
    )


@dataclass(frozen=True, slots=True)
class Sync:
    """How records travel between this node and its peers."""

    live: bool = setting(True, "Push new records to peers at once; without it they travel at the next comparison.")
    interval: float = setting(
        30.0, "Seconds between two comparisons with a peer (jittered).", at_least=1, at_most=86_400
    )


WHOSE = ("all", "followed", "own", "none")
LARGEST_MIB = 16 * 1024 * 1024
"""16 TiB: beyond what one disk of a node holds."""


@dataclass(frozen=True, slots=True)
class Relay:
    """What is kept of others, and carried for them; records and facts of your networks are always kept."""

    private_parts: str = setting(
        "all", "Whose texts are kept: all, followed (see `meshnode follow`), own, none.", one_of=WHOSE
    )
    networks: str = setting(
        "followed",
        "Networks exchanged with others: all (also open ones you have left), followed (and joined), own, none.",
        one_of=WHOSE,
    )
    author_mib: int = setting(256, "Texts kept of one author, in MiB.", at_least=1, at_most=LARGEST_MIB)
    others_mib: int = setting(
        4096,
        "Texts kept of all others together, in MiB; beyond, the largest go first.",
        at_least=1,
        at_most=LARGEST_MIB,
    )
    retention_days: int = setting(
        0, "Days after which texts of people you do not follow are let go; 0: never.", at_least=0, at_most=36_500
    )
    network_mib: int = setting(
        1024,
        "Records kept of one network that you follow and have not joined, in MiB; beyond, it is held in part.",
        at_least=1,
        at_most=LARGEST_MIB,
    )


@dataclass(frozen=True, slots=True)
class Work:
    """What one logs (`meshnode log`, `start`, `stop`)."""

    network: str = setting("", "Network that work goes into when nothing else is said; empty: your notebook.")
    timer_cap_hours: float = setting(
        12.0, "A timer left running counts at most this many hours.", at_least=0.25, at_most=168
    )


@dataclass(frozen=True, slots=True)
class Store:
    """The two databases in the data folder."""

    cache_mib: int = setting(32, "Memory for pages of the records' database, in MiB.", at_least=2, at_most=4096)


@dataclass(frozen=True, slots=True)
class Backup:
    """Backups, which you make with `meshnode backup create`."""

    remind_days: int = setting(
        30, "Days without a backup after which you are reminded of it; 0: never.", at_least=0, at_most=36_500
    )


@dataclass(frozen=True, slots=True)
class Api:
    """The local API: on the Unix socket always, and on 127.0.0.1 for the dashboard and for programs with a token."""

    tcp: bool = setting(True, "Serve the API on 127.0.0.1 too; without it there is no dashboard.")
    port: int = setting(
        API_PORT,
        "Port on 127.0.0.1; 0: any free one. Left alone, a busy port is replaced by a free one, which is remembered.",
        at_least=0,
        at_most=65_535,
    )
    request_seconds: float = setting(
        60.0,
        "Longest time one request may take; imports and waiting for peers have it from when their caller left.",
        at_least=1,
        at_most=3600,
    )


@dataclass(frozen=True, slots=True)
class Log:
    """The node's own log file."""

    level: str = setting("info", "Least level written.", one_of=("debug", "info", "warning", "error"))
    format: str = setting(
        "text",
        "Form of node.log: text for people, json (one object a line) for programs; stderr of a service is always json.",
        one_of=("text", "json"),
    )
    max_mib: int = setting(
        8, "Size at which node.log is set aside and a new one begun, in MiB.", at_least=1, at_most=1024
    )
    keep: int = setting(2, "How many older log files are kept.", at_least=0, at_most=99)


@dataclass(frozen=True, slots=True)
class Settings:
    """All sections together: what `config.toml`, the environment and flags can say."""

    net: Net = field(default_factory=Net)
    sync: Sync = field(default_factory=Sync)
    relay: Relay = field(default_factory=Relay)
    work: Work = field(default_factory=Work)
    store: Store = field(default_factory=Store)
    backup: Backup = field(default_factory=Backup)
    api: Api = field(default_factory=Api)
    log: Log = field(default_factory=Log)


SECTIONS: dict[str, type] = {
    "net": Net,
    "sync": Sync,
    "relay": Relay,
    "work": Work,
    "store": Store,
    "backup": Backup,
    "api": Api,
    "log": Log,
}


def settings_of(section: str) -> Iterator[Field[type_of_setting]]:
    """The declared settings of a section, in the order they are written."""
    return iter(fields(SECTIONS[section]))


def default_of(declared: Field[type_of_setting]) -> type_of_setting:
    """The default of a declared setting; every setting has one."""
    assert declared.default is not MISSING
    return declared.default


def render() -> str:
    """The text of `configs/node.toml`: every setting at its default, each under its comment."""
    lines = ["# Every setting of a node, at its default. Copy what you change into your own config.toml."]
    for name, section in SECTIONS.items():
        lines += ["", f"# {section.__doc__}", f"[{name}]"]
        for declared in settings_of(name):
            lines += [f"# {declared.metadata['comment']}", f"{declared.name} = {_toml(default_of(declared))}"]
    return "\n".join(lines) + "\n"


def _toml(value: type_of_setting) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple):
        return "[" + ", ".join(f'"{item}"' for item in value) + "]"
    return str(value)

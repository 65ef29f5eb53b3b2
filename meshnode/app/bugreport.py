"""One file for whoever is to find a bug: versions, settings, checks, numbers and the end of the log, without secrets.

It is text, so that its owner can read it before giving it away.
"""

import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from meshnode import __version__
from meshnode.api.site import Site
from meshnode.app.doctor import diagnose
from meshnode.app.logs import LOG_FILE
from meshnode.app.redaction import Redaction
from meshnode.config.errors import SettingsError
from meshnode.config.listed import DEFAULT, Setting, listed
from meshnode.config.load import Loaded, load, variable_of
from meshnode.config.places import Places
from meshnode.config.sections import Settings
from meshnode.runtime.lookups import Lookups
from meshnode.runtime.watching.finding import Finding
from meshnode.runtime.watching.gauges import gauges
from meshnode.runtime.watching.metrics import exposition
from meshnode.store.database import SQLITE_VERSION
from meshnode.store.errors import HomeError, StoreError
from meshnode.store.home import Home
from meshnode.store.views import open_views
from meshnode.views.rows import AgreementRow, NetworkRow, PersonRow, ProfileRow, ProjectRow

LIBRARIES = ("trio", "libp2p", "hypercorn", "starlette", "msgspec", "cryptography", "pynacl", "zeroconf")
LOG_LINES = 200
"""Lines of the log that are shown; what went wrong last stands at the end."""
LOG_BYTES = 256 * 1024
MOST_NAMES = 10_000
"""Names of each kind that are taken out one by one; who knows more people is protected by the patterns alone."""
HEAD = """\
# meshnode bug report

Read it before you give it to anybody. Names, texts, ids, keys, addresses and paths were taken out and stand as ‹name›,
‹id› and the like; if something is left that nobody should see, take it out as well.
"""


def report(
    loaded: Loaded, findings: Iterable[Finding], numbers: str, log_file: Path, names: Iterable[str], home: Path
) -> str:
    """The text of a report; `numbers` are those of a running node, in the format of Prometheus, or empty."""
    redaction = Redaction([*names, home.name, Path.home().name, platform.node()])
    parts = {
        "Versions": _versions(),
        "Settings": _settings(loaded),
        "Checks": "\n".join(f"{each.state:5} {each.name}: {redaction.of(each.text)}" for each in findings),
        "Numbers": "\n".join(redaction.of(line) for line in numbers.splitlines() if not line.startswith("#")),
        f"The last {LOG_LINES} lines of the log": redaction.of("\n".join(_tail(log_file))),
    }
    return HEAD + "".join(f"\n## {title}\n\n{text or 'none'}\n" for title, text in parts.items())


def names_known(lookups: Lookups) -> list[str]:
    """What people, networks, projects and agreements are called here."""
    views = lookups.views
    return [
        *(row.name for row in views.select(PersonRow, limit=MOST_NAMES)),
        *(row.name for row in views.select(ProfileRow, limit=MOST_NAMES)),
        *(row.name for row in views.select(NetworkRow, limit=MOST_NAMES)),
        *(row.title for row in views.select(ProjectRow, limit=MOST_NAMES)),
        *(row.title for row in views.select(AgreementRow, limit=MOST_NAMES)),
    ]


def _versions() -> str:
    found = {
        "meshnode": __version__,
        "Python": platform.python_version(),
        "SQLite": SQLITE_VERSION,
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        **{name: _version_of(name) for name in LIBRARIES},
    }
    return "\n".join(f"{name:13} {number}" for name, number in found.items())


def _version_of(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not there"


def _settings(loaded: Loaded) -> str:
    """What differs from the defaults. A text or an address is only said to be set: it may name somebody."""
    said = [each for each in listed(loaded, Path(), {}).settings if each.origin != DEFAULT]
    return "\n".join(f"{each.name} = {_shown(each)} ({_said_by(each)})" for each in said)


def _shown(setting: Setting) -> str:
    if isinstance(setting.value, list):
        return f"‹{len(setting.value)} set›"
    if isinstance(setting.value, str) and not setting.bounds:
        return "‹set›"
    return str(setting.value)


def _said_by(setting: Setting) -> str:
    return "environment" if setting.origin == variable_of(setting.name) else setting.origin.rpartition("/")[2]


def _tail(file: Path) -> Sequence[str]:
    try:
        with file.open("rb") as stream:
            stream.seek(max(0, file.stat().st_size - LOG_BYTES))
            return stream.read(LOG_BYTES).decode(errors="replace").splitlines()[-LOG_LINES:]
    except OSError:
        return ["the log could not be read"]


async def of_running(loaded: Loaded, site: Site) -> str:
    """The report of a node that runs."""
    site.watch.look()
    findings = [*site.watch.findings, *await site.examine()]
    counts = await site.counts()
    numbers = exposition(await gauges(site.office, site.watch, site.version, counts.records, counts.logs))
    names = await site.office.slowly(names_known)
    return report(loaded, findings, numbers, site.log_file, names, site.home)


def of_stopped(places: Places, environ: Mapping[str, str]) -> str:
    """The report of a node that does not run, or does not answer: then only the patterns protect names."""
    try:
        loaded = load(places.config, environ)
    except SettingsError:
        loaded = Loaded(Settings())  # what is wrong with them stands among the checks
    return report(loaded, diagnose(places, environ), "", places.state / LOG_FILE, _names(places), places.data)


def _names(places: Places) -> list[str]:
    try:
        with Home(places.data) as home:
            views = open_views(home.views)
            try:
                return names_known(Lookups(views.reader()))
            finally:
                views.close()
    except (HomeError, StoreError):
        return []

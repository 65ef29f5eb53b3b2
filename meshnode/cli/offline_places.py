"""Where something is signed while the node is stopped: which network, which project, by the names people type."""

from __future__ import annotations

from typing import NamedTuple

from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.core.rows import JoinedEntry
from meshnode.store.reading import Reader
from meshnode.words.safe_text import clean
from meshproto.records.encoding import decode
from meshproto.records.ids import ScopeId, ext, to_text


class Placed(NamedTuple):
    """Where a record goes, and how it names its project: by id inside the same scope, by `ext` outside of it."""

    scope: ScopeId
    kind: str
    name: str
    project: bytes | None


def place(desk: Desk, reader: Reader, notebook: bytes, project: str | None, network: str | None) -> Placed:
    """Return where work goes: into `network`, else the project's, else the default one, else the notebook."""
    joined = [row for row in reader.rows(JoinedEntry) if not (row.left or row.leaving or row.relayed)]
    chosen = None if network is None else _network(reader, joined, network)
    found = None if project is None else _project(desk, project, chosen)
    if chosen is None and found is not None:
        chosen = next((row for row in joined if row.network == found.scope), None)
    if chosen is None and (usual := _usual_network(desk)):
        chosen = _network(reader, joined, usual)
    scope = chosen.network if chosen else notebook
    name = _name_of(reader, chosen) if chosen else ""
    link = None if found is None else found.project if found.scope == scope else ext(found.project)
    return Placed(ScopeId(scope), "notebook" if scope == notebook else "network", name, link)


class Project(NamedTuple):
    """A project as a record names it."""

    project: bytes
    scope: bytes


def _network(reader: Reader, joined: list[JoinedEntry], text: str) -> JoinedEntry:
    wanted = _short_name(text)
    named = [row for row in joined if wanted and wanted in (row.slug, _short_name(_name_of(reader, row)))] or [
        row for row in joined if _is_id_of(text, row.network)
    ]
    if len(named) != 1:
        near = _like(text, [_name_of(reader, row) for row in joined])
        cause = (
            f"you are in no network called {clean(text)!r}{near}"
            if not named
            else f"{clean(text)!r} fits several networks"
        )
        raise Failure(Exit.FAILURE, cause, "meshnode up", code="unknown-network")
    return named[0]


def _name_of(reader: Reader, row: JoinedEntry) -> str:
    """Return what a network is called: its genesis tells, also whoever joined it."""
    raw = reader.private(row.network)
    content = decode(raw, text="utf8") if raw is not None else None
    name = content.get("name") if isinstance(content, dict) else None
    return name if isinstance(name, str) else row.slug


def _project(desk: Desk, text: str, network: JoinedEntry | None) -> Project:
    """Find a project in the lists that the node keeps; they may lag behind after a crash, so the node knows best."""
    from meshnode.store.querying import Is, Where  # Only who names a project pays for the lists.
    from meshnode.store.views import open_views
    from meshnode.views.rows import ProjectRow

    views = open_views(desk.places.data / "views.db")
    try:
        rows = views.reader().select(ProjectRow, Where("head", Is.EQUAL, 1))
    finally:
        views.close()
    named = [row for row in rows if row.slug == _short_name(text) or _is_id_of(text, row.project)]
    near = [row for row in named if network is not None and row.scope == network.network] or named
    found = {row.project: Project(row.project, row.scope) for row in near}
    if len(found) != 1:
        close = _like(text, [row.title for row in rows])
        cause = (
            f"there is no project {clean(text)!r} here yet{close}"
            if not found
            else f"{clean(text)!r} fits several projects"
        )
        raise Failure(Exit.FAILURE, f"{cause}; the running node can tell more", "meshnode up", code="unknown-project")
    return next(iter(found.values()))


def _usual_network(desk: Desk) -> str:
    """Return the network that work goes into when nothing else is said."""
    # Settings take their time to load, and here only this section of them matters.
    said = any(name.startswith("MESHNODE_WORK__") for name in desk.environ)
    if not said and not desk.places.config.exists():
        return ""
    from meshnode.config.errors import SettingsError
    from meshnode.config.load import load

    try:
        return load(desk.places.config, desk.environ).settings.work.network
    except SettingsError as error:
        raise Failure(Exit.USAGE, str(error), "meshnode doctor") from error


def _is_id_of(text: str, record: bytes) -> bool:
    beginning, dots, end = text.lower().replace("...", "…").partition("…")
    if len(beginning + end) < 8:
        return False
    whole = to_text(record)
    return (
        whole.startswith(beginning) and whole.endswith(end) if dots else whole.startswith(text) or whole.endswith(text)
    )


def _short_name(text: str) -> str:
    from meshnode.views.names import slug

    return slug(text)


def _like(text: str, names: list[str]) -> str:
    from meshnode.views.names import like

    return like(text, names)  # Names stand in quotes there, with what could move the cursor escaped.

"""Projects: begin one."""

from dataclasses import dataclass

from meshnode.core.drafts import Draft
from meshnode.runtime.office import Ids, Office, Placed, Rows
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests.amounts import day
from meshnode.runtime.requests.work import words
from meshnode.views.names import slug
from meshproto.types import coordination


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectWish:
    """A project to be begun."""

    title: str
    description: str = ""
    network: str | None = None
    part_of: str | None = None
    state: str = "active"
    starts: str | None = None
    ends: str | None = None
    as_: str | None = None
    """The organisation for which it is signed, None for the owner."""


async def create(office: Office, wish: ProjectWish, rows: Rows = ()) -> Ids:
    """Begin a project; its short name must be free in its scope. Raises Refusal."""
    private = words(title=wish.title, description=wish.description)
    if not slug(wish.title):
        raise Refusal(Code.BAD_REQUEST, f"{wish.title!r} has no letter or digit to make a short name of")
    if wish.state not in coordination.STATES:
        raise Refusal(Code.BAD_REQUEST, f"{wish.state!r} is no state", f"one of {', '.join(coordination.STATES)}")
    starts, ends = (day(text) if text else None for text in (wish.starts, wish.ends))
    if starts and ends and ends < starts:
        raise Refusal(Code.BAD_REQUEST, f"{ends} is before {starts}")
    agent = await office.acting(wish.as_)
    scope, part_of = await _placed(office, wish, agent)
    lookups = await office.fresh()
    taken = [row for row in lookups.projects_called(wish.title) if row.scope == scope]
    if taken:
        hint = f"meshnode project show {taken[0].slug}"
        raise Refusal(Code.EXISTS, f"there is a project {taken[0].title!r} with that short name already", hint)
    facts = coordination.project(
        state=wish.state, part_of=part_of.project if part_of else None, starts=starts, ends=ends
    )
    return await office.node.write([Draft(scope, "project", facts, private, agent=agent)], local=rows)


async def _placed(office: Office, wish: ProjectWish, agent: bytes) -> Placed:
    """Where the project goes, and what it is a part of: both stand in one scope. Raises Refusal."""
    scope, whole = await office.place(wish.network, wish.part_of, agent)
    if whole is not None and whole.scope != scope:
        stands = office.lookups.name(whole.scope) or "your notebook"
        detail = f"{whole.title!r} stands in {stands}, and so must all its parts"
        raise Refusal(Code.CONFLICT, detail, f"meshnode project show {whole.slug}")
    return Placed(scope, whole)

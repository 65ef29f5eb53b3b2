"""Projects: begin one."""

from dataclasses import dataclass

from meshnode.core.drafts import Draft
from meshnode.runtime.office import Ids, Office, Rows
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


async def create(office: Office, wish: ProjectWish, rows: Rows = ()) -> Ids:
    """Begin a project; its short name must be free in its scope. Raises Refusal."""
    private = words(title=wish.title, description=wish.description)
    if not slug(wish.title):
        raise Refusal(Code.BAD_REQUEST, f"{wish.title!r} has no letter or digit to make a short name of")
    if wish.state not in coordination.STATES:
        raise Refusal(Code.BAD_REQUEST, f"{wish.state!r} is no state", f"one of {', '.join(coordination.STATES)}")
    placed = await office.place(wish.network, None)
    lookups = await office.fresh()
    taken = [row for row in lookups.projects_called(wish.title) if row.scope == placed.scope]
    if taken:
        hint = f"meshnode project show {taken[0].slug}"
        raise Refusal(Code.EXISTS, f"there is a project {taken[0].title!r} with that short name already", hint)
    part_of = (await office.find_project(wish.part_of, placed.scope)).project if wish.part_of else None
    facts = coordination.project(
        state=wish.state,
        part_of=part_of,
        starts=day(wish.starts) if wish.starts else None,
        ends=day(wish.ends) if wish.ends else None,
    )
    return await office.node.write([Draft(placed.scope, "project", facts, private)], local=rows)

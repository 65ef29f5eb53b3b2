"""`meshnode project …`: what contributions are for."""

from meshnode.cli.commands import AS, Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit
from meshnode.words.safe_text import clean
from meshnode.words.shown import count, short_id, where, who
from meshnode.words.times import show_duration, show_moment, show_period

STATES = ("idea", "active", "paused", "done", "dropped")


def create(
    desk: Desk,
    *,
    title: str,
    description: str | None,
    network: str | None,
    part_of: str | None,
    state: str | None,
    starts: str | None,
    ends: str | None,
    as_: str | None,
) -> Exit:
    """Begin a project."""
    made = desk.client().work.create_project(
        title, description=description, network=network, part_of=part_of, state=state, starts=starts, ends=ends, as_=as_
    )
    text = f"Project created   {clean(made['slug'])}   {short_id(made['id'])}   in {where(made['scope'])}"
    desk.out.give_or_ok("project.create", made, text)
    desk.next_steps(("Log work on it", f'meshnode log "First draft" 1h30 --project {made["slug"]}'))
    return Exit.OK


def ls(desk: Desk) -> Exit:
    """List the projects."""
    projects = list(desk.client().work.projects())
    if desk.out.as_json:
        desk.out.give("project.ls", {"items": projects})
    elif not projects:
        desk.out.line("No projects yet.")
        desk.next_steps(("Begin one", 'meshnode project create "Acme site"'))
    else:
        rows = [
            (entry["slug"], entry["title"], entry["state"], where(entry["scope"]), show_duration(entry["seconds"]))
            for entry in projects
        ]
        desk.out.table(("PROJECT", "TITLE", "STATE", "IN", "TIME"), rows, flexible=1, whole=(0,), right=(4,))
    return Exit.OK


def show(desk: Desk, *, project: str) -> Exit:
    """Show one project."""
    found = desk.client().work.project(project)
    if desk.out.as_json:
        desk.out.give("project.show", {**found})
        return Exit.OK
    desk.out.line(clean(found["title"]) or "(no title)", "bold")
    if found["description"]:
        desk.out.text(found["description"])
    desk.out.fields(
        [
            ("project", found["slug"]),
            ("id", found["id"]),
            ("state", found["state"] + " (edited twice at the same time)" * found["conflict"]),
            ("in", where(found["scope"])),
            ("by", who(found["agent"])),
            ("since", show_moment(found["at"])),
            ("planned", _planned(found["starts"], found["ends"])),
            ("part of", short_id(found["part_of"])),
            ("work", f"{count(found['contributions'], 'contribution')}, {show_duration(found['seconds'])}"),
        ]
    )
    desk.next_steps(("Its contributions", f"meshnode contribution ls --project {found['slug'] or found['id']}"))
    return Exit.OK


def _planned(starts: str, ends: str) -> str:
    if starts and ends:
        return show_period(starts, ends)
    return f"from {starts}" if starts else f"until {ends}" if ends else ""


COMMANDS = {
    command.name: command
    for command in (
        Command(
            "project create",
            "Begin a project.",
            create,
            (
                Argument(("title",), "What it is called; `log --project` takes a short form of it."),
                Argument(("--description",), "More about it.", metavar="TEXT"),
                Argument(("--network",), "The network it stands in (else the default one, else your notebook)."),
                Argument(("--part-of",), "The project it belongs to.", metavar="PROJECT"),
                Argument(("--state",), "How far it is.", choices=STATES),
                Argument(("--starts",), "First day, 2026-03-09.", metavar="DATE"),
                Argument(("--ends",), "Last day.", metavar="DATE"),
                AS,
            ),
            examples=(("A project for a client", 'meshnode project create "Acme site"'),),
            exits=(Exit.NOT_RUNNING, Exit.CONFLICT),
        ),
        Command("project ls", "List the projects.", ls, exits=(Exit.NOT_RUNNING,)),
        Command(
            "project show",
            "Show one project.",
            show,
            (Argument(("project",), "Its short name, title or id."),),
            exits=(Exit.NOT_RUNNING,),
        ),
    )
}

"""Contributions, timers, projects."""

from meshnode.api.edge import Call, Nothing
from meshnode.api.models.shared import Page, Quantity
from meshnode.api.models.work import (
    ContributionRequest,
    CorrectRequest,
    Project,
    ProjectRequest,
    RetractRequest,
    ShareRequest,
    Stopped,
    StopRequest,
    ThankRequest,
    Timer,
    TimerRequest,
    Written,
)
from meshnode.api.paging import page_of
from meshnode.api.resources.contributions import PIECE, shown, terms_of
from meshnode.api.shapes import Names, time_text, written
from meshnode.api.site import Site
from meshnode.core.rows import TimerEntry
from meshnode.runtime.office import Ids, Office, Rows
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests import amounts, projects, timers, work
from meshnode.runtime.requests.doubts import doubts
from meshnode.views.rows import ProjectRow
from meshproto.records.ids import RecordId, to_text
from meshproto.types.value import Measure, Money


async def log_contribution(site: Site, call: Call[ContributionRequest]) -> Written:
    """Sign a contribution."""
    body = call.body
    wish = work.Work(
        title=body.title,
        quantity=quantity_of(body.seconds, body.quantity, PIECE if body.value else None),
        kind=body.kind,
        text=body.text,
        project=body.project,
        network=body.network,
        agreement=body.agreement,
        day=body.day,
        day_to=body.day_to,
        terms=terms_of(body),
        as_=body.as_,
    )
    ids = await site.office.once(call.key, call.digest, lambda rows: work.log(site.office, wish, rows))
    return _contributed(site.office, ids[0])


async def share(site: Site, call: Call[ShareRequest]) -> Written:
    """State a contribution again in a network."""
    office, record = site.office, await site.office.find(call.path["id"])
    body = call.body
    ids = await office.once(
        call.key,
        call.digest,
        lambda rows: work.share(office, record, body.network, rows, agreement=body.agreement, as_=body.as_),
    )
    return _contributed(office, ids[0])


def _contributed(office: Office, record: RecordId) -> Written:
    """A contribution that was just signed, and what should be known of it."""
    told = written(office, record)
    told.warnings = doubts(office, record)
    return told


async def correct(site: Site, call: Call[CorrectRequest]) -> Written:
    """Sign what a quantity should have been."""
    office, body = site.office, call.body
    record = await office.find(call.path["id"])
    if body.value is not None and (body.seconds, body.quantity) == (None, None):
        right: Measure | Money = Money(body.value.amt, body.value.cur)
    else:
        right = quantity_of(body.seconds, body.quantity)
    ids = await office.once(
        call.key, call.digest, lambda rows: work.correct(office, record, right, body.reason, rows, as_=body.as_)
    )
    return written(office, ids[0])


async def retract(site: Site, call: Call[RetractRequest]) -> Written:
    """Take a contribution back."""
    office, record = site.office, await site.office.find(call.path["id"])
    body = call.body
    ids = await office.once(
        call.key, call.digest, lambda rows: work.retract(office, record, body.reason, rows, as_=body.as_)
    )
    return written(office, ids[0])


async def thank(site: Site, call: Call[ThankRequest]) -> Written:
    """Thank the author of a record."""
    office, body = site.office, call.body
    record = await office.find(call.path["id"])
    ids = await office.once(
        call.key,
        call.digest,
        lambda rows: work.thank(office, record, body.kind, body.text, body.skill, rows, as_=body.as_),
    )
    return written(office, ids[0])


async def list_timers(site: Site, call: Call[Nothing]) -> Page[Timer]:
    """The running timers."""
    running = timers.running(site.office)
    page, following = page_of(call, running, lambda each: (each.timer.started, each.timer.name))
    return Page([_timer(site.office, each) for each in page], following)


async def start_timer(site: Site, call: Call[TimerRequest]) -> Timer:
    """Start a timer."""
    office, body = site.office, call.body
    started: list[TimerEntry] = []

    async def start(rows: Rows) -> Ids:
        started.append(await timers.start(office, body.title, body.project, body.network, rows, as_=body.as_))
        return ()

    await office.once(call.key, call.digest, start)
    if not started:
        found = [each for each in timers.running(office) if each.timer.text == body.title]
        if not found:
            raise Refusal(Code.NO_TIMER, f"the timer {body.title!r} was started, and stopped since", "meshnode start")
        return _timer(office, found[-1])
    return _timer(office, timers.measure(office, started[0]))


async def stop_timer(site: Site, call: Call[StopRequest]) -> Stopped:
    """Stop a timer and log what it measured, or discard it."""
    office, body = site.office, call.body
    measured: list[timers.Measured] = []

    async def stop(rows: Rows) -> Ids:
        measured.append(timers.chosen(office, body.timer))
        do = timers.discard if body.discard else timers.stop
        return await do(office, measured[0], rows)

    ids = await office.once(call.key, call.digest, stop)
    contribution = await shown(office, ids[0]) if ids else None
    if not measured:  # The key had done it before: the entry tells what the timer measured.
        counted = (contribution.seconds or 0) if contribution else 0
        title = contribution.title if contribution else ""
        before = timers.Measured(TimerEntry("", office.node.now() - counted * 1000, title), counted, counted)
        measured.append(before)
    one = measured[0]
    return Stopped(
        timer=_timer(office, one),
        contribution=contribution,
        ran_seconds=one.ran,
        counted_seconds=one.counted,
        capped=one.capped,
    )


async def list_projects(site: Site, call: Call[Nothing]) -> Page[Project]:
    """All projects, by title."""
    office = site.office
    found = [row for row in (await office.fresh()).projects() if not office.is_blocked(row.agent)]
    page, following = page_of(call, found, lambda row: (row.title.casefold(), row.project))
    names = Names(office)
    return Page([_project(office, row, names) for row in page], following)


async def create_project(site: Site, call: Call[ProjectRequest]) -> Project:
    """Begin a project."""
    office, body = site.office, call.body
    wish = projects.ProjectWish(
        title=body.title,
        description=body.description,
        network=body.network,
        part_of=body.part_of,
        state=body.state,
        starts=body.starts,
        ends=body.ends,
        as_=body.as_,
    )
    ids = await office.once(call.key, call.digest, lambda rows: projects.create(office, wish, rows))
    await office.projector.caught_up()
    row = office.lookups.project(ids[0])
    if row is None:
        raise Refusal(
            Code.NOT_FOUND, f"{to_text(ids[0])} is signed, but not in effect", f"meshnode why {to_text(ids[0])}"
        )
    return _project(office, row, Names(office))


async def show_project(site: Site, call: Call[Nothing]) -> Project:
    """One project, by title, short name or id."""
    return _project(site.office, await site.office.find_project(call.path["id"]), Names(site.office))


def quantity_of(seconds: int | None, quantity: Quantity | None, usual: Measure | None = None) -> Measure:
    """The quantity that a request names by its seconds or as such, else the usual one. Raises Refusal."""
    if seconds is None and quantity is None and usual is not None:
        return usual
    if (seconds is None) == (quantity is None):
        raise Refusal(Code.BAD_REQUEST, "exactly one of seconds and quantity is needed")
    if quantity is not None:
        return amounts.measure(quantity.n, quantity.s, quantity.u)
    return amounts.seconds(seconds or 0)


def _timer(office: Office, measured: timers.Measured) -> Timer:
    timer = measured.timer
    return Timer(
        id=timer.name,
        title=timer.text,
        project=timer.project,
        network=timer.network,
        started=time_text(timer.started),
        seconds=measured.counted,
        capped=measured.capped,
        cap_seconds=office.settings.timer_cap_ms // 1000,
        agent=Names(office).agent(timer.agent) if timer.agent else None,
    )


def _project(office: Office, row: ProjectRow, names: Names) -> Project:
    totals = office.lookups.totals(row.project)
    return Project(
        id=to_text(row.project),
        title=row.title,
        slug=row.slug,
        description=row.description,
        state=row.state,
        scope=names.scope(row.scope),
        agent=names.agent(row.agent),
        starts=row.starts,
        ends=row.ends,
        part_of=to_text(row.part_of) if row.part_of else "",
        at=time_text(row.at),
        conflict=len(office.lookups.project_heads(row.project)) > 1,
        contributions=totals.contributions,
        seconds=totals.seconds,
    )

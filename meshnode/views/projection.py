"""From a record and its standing to the rows that people's tables hold of it. Pure.

Call `rows_of` for every change that the fold reports, and for `words.touched_by_part` whenever a private part comes or
is erased.
"""

from collections.abc import Callable
from typing import cast

from meshnode.views.claims import kept_facts, named_rows, worth_of
from meshnode.views.forks import joined_by, knew_a_rival
from meshnode.views.names import slug
from meshnode.views.rows import (
    AgreementRow,
    AttestedRow,
    ContributionRow,
    EntryRow,
    ForkRow,
    HealingRow,
    MemberRow,
    NetworkRow,
    PersonRow,
    ProfileRow,
    ProjectRow,
    RecognitionRow,
    RestingRow,
    Row,
    SearchRow,
    SourceRow,
    VoteRow,
)
from meshnode.views.words import Shelf, part_of, text, words_of
from meshproto.fold.charters import read_resolution
from meshproto.fold.contributions import corrections_of, quantity_after
from meshproto.fold.entries import read_entry
from meshproto.fold.places import BODIES, LINEAGE, read_place
from meshproto.fold.standing import Standing, Status
from meshproto.records.encoding import Value
from meshproto.records.ids import ext
from meshproto.records.limits import MAX_INT
from meshproto.records.record import Record
from meshproto.types.value import Measure

SECONDS = {"SEC": 1, "MIN": 60, "HUR": 3600}
"""Units of time that convert into each other exactly. A day does not: nobody knows how many hours it has."""

AGENT_SIZE = 32
"""Bytes of an agent's id; what is granted to a key, which is longer, makes nobody a member."""

MOST_SECONDS = 10**12
"""Longest time in a row: thirty thousand years. Claims can be larger, but sums over a million rows must fit 63 bits."""


def rows_of(record: Record, standing: Standing, shelf: Shelf) -> list[Row]:
    """Return all rows of one record, as they should stand now."""
    rows: list[Row] = [_entry(record, standing, shelf)]
    if "forked" in standing.flags:
        rows.append(_fork(record, shelf))
    if standing.status is not Status.PENDING:
        rows += [HealingRow(record.id, record.log, record.seq, each) for each in joined_by(record, shelf)]
    maker = _MAKERS.get(record.type)
    # Facts of an invalid or unknown record may have any shape, so nothing is made of them.
    if maker is not None and (standing.counts or standing.status is Status.ASIDE):
        rows += maker(record, standing, shelf)
    if standing.counts and len(record.auth) > 1 and read_resolution(shelf.memory, record.auth[-1]) is not None:
        rows.append(RestingRow(record.id, record.auth[-1], record.type, record.at))
    return rows


def _fork(record: Record, shelf: Shelf) -> ForkRow:
    return ForkRow(
        record=record.id,
        log=record.log,
        scope=record.home,
        key=record.key,
        seq=record.seq,
        agent=record.author,
        at=record.at,
        knew=knew_a_rival(record, shelf),
    )


def _entry(record: Record, standing: Standing, shelf: Shelf) -> EntryRow:
    return EntryRow(
        record=record.id,
        scope=record.home,
        log=record.log,
        key=record.key,
        seq=record.seq,
        agent=record.author,
        at=record.at,
        type=record.type,
        status=_status(standing),
        state=standing.state,
        flags=" ".join(standing.flags),
        reason="" if standing.reason is None else str(standing.reason),
        part=part_of(record, shelf),
    )


def _contribution(record: Record, standing: Standing, shelf: Shelf) -> list[Row]:
    words, facts = words_of(record, shelf), record.facts
    claim = Measure(facts["qty"]["n"], facts["qty"]["s"], facts["qty"]["u"])
    quantity = _storable(quantity_after(claim, corrections_of(record.id, shelf.memory)))
    scheme, ref = facts.get("ext_ref", ("", None))
    worth = worth_of(record, shelf.memory)
    row = ContributionRow(
        record=record.id,
        scope=record.home,
        agent=record.author,
        at=record.at,
        status=_status(standing),
        kind=facts["kind"],
        claim=standing.state,
        corrected="corrected" in standing.flags,
        project=_first_edit(facts.get("project"), shelf),
        unit=quantity.u,
        quantity=quantity.n,
        scale=quantity.s,
        seconds=_seconds(quantity),
        day_from=facts["when"]["from"],
        day_to=facts["when"]["to"],
        title=text(words, "title"),
        text=text(words, "text"),
        ext_scheme=scheme,
        ext_ref=ref,
        restates=facts.get("of"),
        batch=text(words, "batch"),
        value=worth.amt if worth else None,
        currency=worth.cur if worth else "",
        stream=facts.get("stream", ""),
        comp=facts.get("comp", ""),
        licence=facts.get("licence", ""),
        authors=len(facts.get("shares", ())) or 1,
        details=kept_facts(record),
        part=part_of(record, shelf),
        named=ext(record.id),
    )
    return [row, *named_rows(record), *_search(record, row.title, row.text), *_sources(record, standing)]


def _sources(record: Record, standing: Standing) -> list[Row]:
    """What a contribution stands for outside, unless it was taken back."""
    if "ext_ref" not in record.facts or standing.state == "retracted":
        return []
    scheme, first = record.facts["ext_ref"]
    more: list[bytes] = record.facts.get("ext_more", [])
    return [SourceRow(record.id, record.author, scheme, ref) for ref in dict.fromkeys([first, *more])]


def _project(record: Record, standing: Standing, shelf: Shelf) -> list[Row]:
    words, facts = words_of(record, shelf), record.facts
    title, description = text(words, "title"), text(words, "description")
    row = ProjectRow(
        record=record.id,
        project=_first_edit(record.id, shelf) or record.id,
        scope=record.home,
        agent=record.author,
        at=record.at,
        state=facts["state"],
        title=title,
        description=description,
        slug=slug(title),
        part_of=facts.get("part_of"),
        starts=facts.get("starts", ""),
        ends=facts.get("ends", ""),
        head=standing.state == "current",
        part=part_of(record, shelf),
    )
    return [row, *_search(record, title, description)]


def _profile(record: Record, standing: Standing, shelf: Shelf) -> list[Row]:
    words, facts = words_of(record, shelf), record.facts
    row = ProfileRow(
        record=record.id,
        agent=record.author,
        scope=record.home,
        at=record.at,
        name=text(words, "name"),
        bio=text(words, "bio"),
        contact=text(words, "contact"),
        languages=" ".join(facts.get("languages", [])),
        skills=" ".join(facts.get("skills", [])),
        head=standing.state == "current",
        part=part_of(record, shelf),
    )
    return [row, *_search(record, row.name, row.bio)]


def _agent(record: Record, standing: Standing, shelf: Shelf) -> list[Row]:
    name, part = text(words_of(record, shelf), "name"), part_of(record, shelf)
    found = _search(record, name, "")
    if record.facts["kind"] == "network":
        join = record.facts["charter"]["join"]
        return [NetworkRow(record.id, name, join, record.at, _status(standing), part), *found]
    return [PersonRow(record.id, record.facts["kind"], name, record.at, _status(standing), part), *found]


def _member(record: Record, standing: Standing, shelf: Shelf) -> list[Row]:
    entry = read_entry(shelf.memory, record.id)
    place = read_place(shelf.memory, record.home)
    if entry is None or place is None or place.kind not in BODIES or len(entry.to) != AGENT_SIZE:
        return []
    return [MemberRow(record.id, record.home, entry.to, entry.role, standing.state, record.at)]


def _countersign(record: Record, standing: Standing, shelf: Shelf) -> list[Row]:
    facts, place = record.facts, read_place(shelf.memory, record.home)
    in_agreement = place is not None and place.kind == LINEAGE
    if not in_agreement and read_resolution(shelf.memory, facts["target"]) is None:
        return _member(record, standing, shelf)
    vote = VoteRow(record.id, facts["target"], record.agent, facts["decision"], record.at)
    return [vote, *_member(record, standing, shelf)]


def _attestation(record: Record, standing: Standing, shelf: Shelf) -> list[Row]:
    return [AttestedRow(record.id, record.facts["subject"], record.agent)] if standing.counts else []


def _agreement(record: Record, standing: Standing, shelf: Shelf) -> list[Row]:
    words = words_of(record, shelf)
    row = AgreementRow(
        record=record.id,
        scope=record.home,
        agent=record.author,
        at=record.at,
        status=_status(standing),
        state=standing.state,
        title=text(words, "title"),
        summary=text(words, "summary"),
        part=part_of(record, shelf),
    )
    return [row, *_search(record, row.title, row.summary)]


def _recognition(record: Record, standing: Standing, shelf: Shelf) -> list[Row]:
    if standing.state == "retracted":
        return []
    facts, words = record.facts, text(words_of(record, shelf), "text")
    rows: list[Row] = [
        RecognitionRow(
            record=record.id,
            scope=record.home,
            agent=record.author,
            receiver=receiver,
            first=receiver == facts["to"][0],
            target=facts.get("for"),
            kind=facts["kind"],
            skill=facts.get("skill", ""),
            text=words,
            at=record.at,
        )
        for receiver in cast(list[bytes], facts["to"])
    ]
    return [*rows, *_search(record, "", words)]


_MAKERS: dict[str, Callable[[Record, Standing, Shelf], list[Row]]] = {
    "agent": _agent,
    "agreement": _agreement,
    "attestation": _attestation,
    "contribution": _contribution,
    "countersign": _countersign,
    "grant": _member,
    "profile": _profile,
    "project": _project,
    "recognition": _recognition,
}


def _search(record: Record, title: str, body: str) -> list[Row]:
    """What full-text search finds of a record, if there is any text."""
    if not title and not body:
        return []
    return [SearchRow(record.id, record.type, record.home, record.author, record.at, title, body)]


def _status(standing: Standing) -> str:
    return standing.status.name.lower()


def _first_edit(project: Value, shelf: Shelf) -> bytes | None:
    """The first record of a project, whichever edit of it is named."""
    if not isinstance(project, bytes):
        return None
    label = shelf.memory.get("label", project)
    return label if isinstance(label, bytes) else project


def _seconds(quantity: Measure) -> int | None:
    """A quantity of time in whole seconds, rounded half up."""
    if quantity.u not in SECONDS:
        return None
    divisor: int = 10**quantity.s
    return min((2 * quantity.n * SECONDS[quantity.u] + divisor) // (2 * divisor), MOST_SECONDS)


def _storable(quantity: Measure) -> Measure:
    """A quantity in a coarser scale, or cut off, if its figure is too large for a row."""
    n, s = quantity.n, quantity.s
    while n > MAX_INT and s > 0:
        n, s = n // 10, s - 1
    return Measure(min(n, MAX_INT), s, quantity.u)

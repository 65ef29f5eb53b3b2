"""Imports work from time sheets and git histories: look, preview, write; and takes an import back.

- Nothing is half-imported: while one line is refused nothing is written, unless the user accepts the rest.
- Nothing comes twice: every contribution carries a reference to its source, and what a living contribution of the
  owner refers to already is left out. This rests on records alone, so it also holds for a restored home.
- Entries are written in slices, oldest first, each slice in one commit together with the list of what was imported. If
  the node dies in between, the same import done again adds the rest under the same name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from itertools import count
from pathlib import Path

import trio

from meshnode.core.rows import ImportEntry
from meshnode.exchange.csv_file import MAX_BYTES
from meshnode.exchange.csv_source import CsvOptions, find_in_csv
from meshnode.exchange.drafts import Lot, contribution, retraction
from meshnode.exchange.entries import Cause, Entry, Findings, ImportRefused, Notebook, Notice
from meshnode.exchange.files import read_file
from meshnode.exchange.git_process import harvest_git, look_at
from meshnode.exchange.known import batch_name, without_known
from meshnode.exchange.options import OptionValue, Wishes, check_names, csv_options, git_options, wishes
from meshnode.exchange.ports import MAX_ASKED, Catalogue
from meshnode.exchange.projects import ProjectPlan, create_projects, plan_projects
from meshnode.runtime.desk import Desk
from meshproto.records.ids import RecordId

PAGE = 5_000
"""Most ids in one row of the list of imports, which is rewritten with each slice: 160 KB."""

SLICE = 200
"""Entries signed in one go, some 5 ms: the node answers everybody else in between. Each slice costs a flush."""

KINDS = ("git", "csv")
"""What becomes contributions; bundles hold records already."""

SAMPLE = 5
"""Entries shown in a preview."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did, or would do."""

    kind: str
    scheme: str
    """`git`, `toggl`, `clockify` or `csv`."""
    source: str
    batch: str
    """The name under which it is taken back."""
    dry_run: bool
    fresh: int
    """Entries that are new."""
    written: int
    seconds: int
    """The time of what was written, or in a dry run would be, as far as it is measured in time."""
    first: date | None
    last: date | None
    refused: int
    skipped: int
    """Lines left out without loss, those of earlier imports included."""
    already: int
    """Of these, how many an earlier import had brought."""
    counts: Mapping[Cause, int]
    notices: Sequence[Notice]
    sample: Sequence[Entry]
    unknown_projects: Mapping[str, int]
    """Projects of the source that are not here, with the number of their entries."""
    held_back: bool
    """Nothing may be written before the user accepts refused lines or decides about projects."""


@dataclass(frozen=True, slots=True)
class Undone:
    """How many contributions of a batch were retracted now, and how many had been before."""

    batch: str
    retracted: int
    already: int


class Imports:
    """The imports of one node. One runs at a time: two at once would not see what the other writes."""

    def __init__(self, desk: Desk, catalogue: Catalogue, secret: bytes, drafts_max: int) -> None:
        """`secret` comes from `import_secret`; `drafts_max` is the core's bound on one write."""
        self._desk = desk
        self._catalogue = catalogue
        self._secret = secret
        self._slice = min(SLICE, drafts_max)
        self._turn = trio.Lock()

    async def run(self, kind: str, path: Path, given: Mapping[str, OptionValue], dry_run: bool = False) -> Report:
        """Import from an absolute path, or only say what would happen. What was written is flushed when this returns.

        Raises ImportRefused when nothing of the source can be taken, FileTrouble, and the desk's Refusal.
        """
        if kind not in KINDS:
            raise ImportRefused("kind", f"cannot import {kind!r}", f"one of {', '.join(KINDS)}")
        check_names(kind, given)
        wanted = wishes(given)
        async with self._turn:
            await self._desk.projected()
            placement = await self._catalogue.placement(wanted.network, wanted.project)
            findings, batch = await (self._git(path, given) if kind == "git" else self._csv(path, given, wanted))
            here = await self._catalogue.projects(placement.scope)
            plan = plan_projects(findings.entries, here, placement, wanted)
            report = _report(kind, batch, findings, plan, wanted, dry_run)
            if dry_run or report.held_back or not findings.entries:
                return report
            plan = await create_projects(plan, placement.scope, self._desk, self._slice)
            lot = Lot(placement.scope, batch, findings.origin, wanted.kind)
            return replace(report, written=await self._write(kind, findings.entries, plan, lot))

    async def undo(self, batch: str) -> Undone:
        """Retract every living contribution of a batch, one record each; importing again is possible afterwards.

        Raises ImportRefused for an unknown batch. Interrupted, it is finished by doing it again.
        """
        async with self._turn:
            await self._desk.projected()
            pages = self._pages(batch)
            remembered = [RecordId(each) for page in pages for each in page.ids]
            pieces = {piece.id: piece for piece in await self._catalogue.batch(batch)}
            for start in range(0, len(remembered), MAX_ASKED):
                asked = await self._catalogue.living(remembered[start : start + MAX_ASKED])
                pieces.update({piece.id: piece for piece in asked})
            if not pages and not pieces:
                raise ImportRefused("unknown-batch", f"there is no import {batch!r}", "meshnode import ls")
            drafts = [retraction(piece) for piece in pieces.values()]
            for start in range(0, len(drafts), self._slice):
                await self._desk.write(drafts[start : start + self._slice])
            await self._desk.write((), local=[page._replace(undone=True) for page in pages])
            return Undone(batch, len(drafts), max(0, len(remembered) - len(drafts)))

    def batches(self) -> Sequence[ImportEntry]:
        """Every import this node remembers, oldest first, its pages joined; of an undone one all ids it had."""
        joined: dict[str, ImportEntry] = {}
        rows = sorted(self._desk.ledger.rows(ImportEntry), key=lambda row: (row.undone, row.at, row.batch))
        for row in rows:
            name = row.batch.partition("/")[0]
            first = joined.setdefault(name, row._replace(batch=name, ids=()))
            if row.undone == first.undone:
                joined[name] = first._replace(ids=first.ids + row.ids)
        return sorted(joined.values(), key=lambda entry: entry.at)

    async def _git(self, path: Path, given: Mapping[str, OptionValue]) -> tuple[Findings, str]:
        repository = await look_at(path)
        options, extent = git_options(given, repository.addresses)
        notes = Notebook()
        harvest = await harvest_git(repository, options, extent, self._now(), notes)
        references = harvest.references()
        harvest.forget(await self._known("git", references), notes)
        findings = harvest.findings(repository.name, repository.roots, notes)
        return findings, batch_name("git", references)

    async def _csv(self, path: Path, given: Mapping[str, OptionValue], wanted: Wishes) -> tuple[Findings, str]:
        options, now = csv_options(given), self._now()
        # It only reads and computes, so a node that is to stop need not wait for it.
        found = await trio.to_thread.run_sync(
            partial(_look_at_sheet, path, options, now, self._secret),
            abandon_on_cancel=True,
        )
        slots = list(dict.fromkeys(entry.source.slot for entry in found.entries))
        batch = batch_name(found.scheme, (entry.source.ref for entry in found.entries))
        return without_known(found, await self._known(found.scheme, slots), wanted.again), batch

    async def _known(self, scheme: str, slots: Sequence[bytes]) -> dict[bytes, RecordId]:
        """What the owner's living contributions refer to, of what begins with one of these slots."""
        known: dict[bytes, RecordId] = {}
        for start in range(0, len(slots), MAX_ASKED):
            known.update(await self._catalogue.sources(scheme, slots[start : start + MAX_ASKED]))
        return known

    async def _write(self, kind: str, entries: Sequence[Entry], plan: ProjectPlan, lot: Lot) -> int:
        """Write all entries, the oldest first; each commit also lists what it brought."""
        ordered = sorted(entries, key=lambda entry: entry.first)
        page = self._fresh_page(ImportEntry(lot.batch, kind, lot.origin, self._desk.now()))
        for start in range(0, len(ordered), self._slice):
            drafts = [contribution(entry, plan.of(entry), lot) for entry in ordered[start : start + self._slice]]
            if len(page.ids) + len(drafts) > PAGE:
                page = self._fresh_page(page)
            page = page._replace(ids=page.ids + await self._desk.write(drafts, local=[page]))
        return len(ordered)

    def _pages(self, batch: str) -> list[ImportEntry]:
        """The rows in which a batch is remembered."""
        return [row for row in self._desk.ledger.rows(ImportEntry) if row.batch.partition("/")[0] == batch]

    def _fresh_page(self, page: ImportEntry) -> ImportEntry:
        """The next row of a batch that holds nothing, or only what was undone."""
        name = page.batch.partition("/")[0]
        taken = {row.batch for row in self._pages(name) if not row.undone}
        names = (f"{name}/{number}" if number else name for number in count())
        return page._replace(batch=next(each for each in names if each not in taken), ids=())

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._desk.now() / 1000, UTC)


def _look_at_sheet(path: Path, options: CsvOptions, now: datetime, secret: bytes) -> Findings:
    """Read and parse a time sheet; blocks."""
    return find_in_csv(read_file(path, MAX_BYTES), path.name, options, now, secret)


def _report(kind: str, batch: str, findings: Findings, plan: ProjectPlan, wanted: Wishes, dry_run: bool) -> Report:
    entries = findings.entries
    refused = findings.refused()
    held_back = (refused > 0 and not wanted.accept_partial) or plan.open
    counted = entries if dry_run or not held_back else ()
    return Report(
        kind=kind,
        scheme=findings.scheme,
        source=findings.origin,
        batch=batch,
        dry_run=dry_run,
        fresh=len(entries),
        written=0,
        seconds=sum(entry.quantity.n for entry in counted if entry.quantity.u == "SEC"),
        first=min((entry.first for entry in entries), default=None),
        last=max((entry.last for entry in entries), default=None),
        refused=refused,
        skipped=findings.skipped(),
        already=findings.counts.get(Cause.KNOWN, 0),
        counts=findings.counts,
        notices=findings.notices,
        sample=entries[:SAMPLE],
        unknown_projects=plan.unknown,
        held_back=held_back,
    )

"""Joins the exchange to the API: what imports and bundles report becomes what goes over the wire."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from meshnode.api.models.node import SyncedFile
from meshnode.api.models.records import Exported, ImportAnswer, ImportBatch, RefusedRow, SampleEntry, Undone
from meshnode.api.models.shared import Quantity
from meshnode.api.shapes import time_text
from meshnode.api.site import OptionValue
from meshnode.app.compose import Opened, core_settings
from meshnode.exchange import bundle_out
from meshnode.exchange.bundle_in import BundleRefused
from meshnode.exchange.bundles import Bundles, TakenIn
from meshnode.exchange.catalogue import OfficeCatalogue
from meshnode.exchange.entries import Entry, Fate, ImportRefused, Notice
from meshnode.exchange.files import FileTrouble
from meshnode.exchange.imports import Imports, Report
from meshnode.exchange.office_desk import OfficeDesk
from meshnode.exchange.ports import import_secret
from meshnode.runtime.refusals import Code, Refusal
from meshnode.store.errors import StoreError
from meshproto.records.ids import LogId, ScopeId

NAMED_PROJECTS = 10
"""Projects of a source that a note names; the answer of a preview has all that are to be decided."""


class NodeExchange:
    """Implements `meshnode.api.site.Exchange` for one node."""

    def __init__(self, opened: Opened) -> None:
        desk = OfficeDesk(opened.office)
        secret = import_secret(opened.node.identity)
        self._bundles = Bundles(desk, opened.store.reader)
        self._imports = Imports(desk, OfficeCatalogue(opened.office), secret, core_settings(opened.settings).drafts_max)

    async def take_in(self, kind: str, path: Path, options: Mapping[str, OptionValue], dry_run: bool) -> ImportAnswer:
        """See Exchange."""
        with _refusing():
            if kind == "bundle":
                return _bundle_answer(path, await self._bundles.take_in(path, dry_run), dry_run)
            report = await self._imports.run(kind, path, options, dry_run)
            known = any(each.batch == report.batch and not each.undone for each in self._imports.batches())
            return _import_answer(report, known=known, begins=bool(options.get("create_projects")))

    def batches(self) -> list[ImportBatch]:
        """See Exchange."""
        return [
            ImportBatch(
                batch=each.batch,
                kind=each.kind,
                source=each.source,
                at=time_text(each.at),
                records=len(each.ids),
                undone=each.undone,
            )
            for each in self._imports.batches()
        ]

    async def undo(self, batch: str) -> Undone:
        """See Exchange."""
        with _refusing():
            undone = await self._imports.undo(batch)
        return Undone(batch=undone.batch, retracted=undone.retracted, already=undone.already)

    async def write_bundle(self, path: Path, scope: ScopeId | None) -> Exported:
        """See Exchange."""
        with _refusing():
            return _exported("bundle", await self._bundles.write(path, scope))

    async def write_fork(self, path: Path, log: bytes) -> Exported:
        """See Exchange."""
        with _refusing():
            return _exported("fork", await self._bundles.write_fork(path, LogId(log)))

    async def exchange_file(self, path: Path) -> SyncedFile:
        """See Exchange."""
        with _refusing():
            swapped = await self._bundles.swap(path)
        received = swapped.received.new if swapped.received else 0
        return SyncedFile(path=str(path), received=received, written=swapped.written.records)


@contextmanager
def _refusing() -> Iterator[None]:
    """Tell what the exchange raises in the words of the API."""
    try:
        yield
    except ImportRefused as error:
        code = Code.NOT_FOUND if error.code in ("unknown-batch", "not-forked") else Code.BAD_REQUEST
        raise Refusal(code, error.text, error.hint) from error
    except FileTrouble as error:
        raise Refusal(Code.FILE, str(error), "check the path and its permissions") from error
    except BundleRefused as error:
        raise Refusal(Code.VERIFICATION_FAILED, str(error), f"meshnode verify {error.path}") from error
    except StoreError as error:
        raise Refusal(Code.FILE, str(error), "meshnode doctor") from error


def _import_answer(report: Report, *, known: bool, begins: bool) -> ImportAnswer:
    """`known`: the batch can be taken back; `begins`: projects that are not here are begun along with the import."""
    refused = [_refused_row(each) for each in report.notices if each.fate is Fate.REFUSED]
    notes = [each.sentence for each in report.notices if each.fate is Fate.NOTED]
    if report.refused > len(refused):
        notes.append(f"{report.refused - len(refused)} more are refused that are not listed")
    if begins and report.unknown_projects:
        names = ", ".join([*report.unknown_projects][:NAMED_PROJECTS])
        notes.append(f"projects that come along: {len(report.unknown_projects)} ({names})")
    return ImportAnswer(
        batch=report.batch if known else "",
        kind=report.kind,
        source=report.source,
        dry_run=report.dry_run,
        written=report.fresh if report.dry_run else report.written,
        already=report.already,
        skipped=max(0, report.skipped - report.already),
        seconds=report.seconds,
        refused=refused,
        notes=notes,
        held_back=report.held_back,
        undecided={} if begins else dict(report.unknown_projects),
        sample=[_sampled(each) for each in report.sample] if report.dry_run or report.held_back else [],
    )


def _refused_row(notice: Notice) -> RefusedRow:
    return RefusedRow(line=notice.line, reason=notice.text if notice.line else notice.sentence)


def _sampled(entry: Entry) -> SampleEntry:
    qty = entry.quantity
    return SampleEntry(
        place=f"line {entry.place}" if isinstance(entry.place, int) else entry.place,
        title=entry.title,
        day_from=entry.first.isoformat(),
        day_to=entry.last.isoformat(),
        quantity=Quantity(qty.n, qty.s, qty.u),
        seconds=qty.n if qty.u == "SEC" else None,
        project=entry.project,
    )


def _bundle_answer(path: Path, taken: TakenIn, dry_run: bool) -> ImportAnswer:
    notes = [f"log {log.hex()[:16]} was not taken in: {why}" for log, why in taken.refused]
    if taken.waiting:
        notes.append(f"{taken.waiting} runs wait: nothing here says who wrote them or what they continue")
    return ImportAnswer(
        batch="",
        kind="bundle",
        source=path.name,
        dry_run=dry_run,
        written=taken.new,
        already=max(0, taken.records - taken.new),
        skipped=0,
        seconds=0,
        refused=[],
        notes=notes,
    )


def _exported(kind: str, exported: bundle_out.Exported) -> Exported:
    return Exported(
        path=str(exported.path),
        kind=kind,
        bytes=exported.size,
        records=exported.records,
        root=exported.root.hex(),
    )

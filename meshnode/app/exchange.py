"""Joins the exchange to the API: what imports and bundles report becomes what goes over the wire."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from meshnode.api.models.node import SyncedFile
from meshnode.api.models.records import Exported, ImportAnswer, ImportBatch, RefusedRow, Undone
from meshnode.api.shapes import time_text
from meshnode.api.site import OptionValue
from meshnode.app.compose import Opened, core_settings
from meshnode.exchange import bundle_out
from meshnode.exchange.bundle_in import BundleRefused
from meshnode.exchange.bundles import Bundles, TakenIn
from meshnode.exchange.catalogue import OfficeCatalogue
from meshnode.exchange.entries import Fate, ImportRefused
from meshnode.exchange.files import FileTrouble
from meshnode.exchange.imports import Imports, Report
from meshnode.exchange.office_desk import OfficeDesk
from meshnode.exchange.ports import import_secret
from meshnode.runtime.refusals import Code, Refusal
from meshnode.store.errors import StoreError
from meshproto.records.ids import LogId, ScopeId


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
            return _import_answer(await self._imports.run(kind, path, options, dry_run))

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


def _import_answer(report: Report) -> ImportAnswer:
    refused = [RefusedRow(line=each.line, reason=each.text) for each in report.notices if each.fate is Fate.REFUSED]
    notes = [each.text for each in report.notices if each.fate is Fate.NOTED]
    for name, number in report.unknown_projects.items():
        notes.append(f"{number} entries are of a project {name!r} that is not here: --create-projects makes it")
    if report.held_back and refused:
        notes.append("nothing was written, because of the lines that were refused: --accept-partial takes the others")
    return ImportAnswer(
        batch=report.batch if report.written else "",
        kind=report.kind,
        source=report.source,
        dry_run=report.dry_run,
        written=report.fresh if report.dry_run else report.written,
        already=report.already,
        skipped=max(0, report.skipped - report.already),
        seconds=report.seconds,
        refused=refused,
        notes=notes,
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

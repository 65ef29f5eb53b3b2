"""From entries to drafts of records. Pure."""

from dataclasses import dataclass

from meshnode.core.drafts import Draft
from meshnode.exchange.entries import Entry
from meshnode.exchange.ports import Piece
from meshproto.records.encoding import Value
from meshproto.records.ids import ScopeId
from meshproto.types import repair, value


@dataclass(frozen=True, slots=True)
class Lot:
    """What all drafts of one import share."""

    scope: ScopeId
    batch: str
    origin: str
    kind: str = "work"


def contribution(entry: Entry, project: bytes | None, lot: Lot) -> Draft:
    """Draft the contribution that an entry stands for; figures and evidence are facts, words are private."""
    facts = value.contribution(
        kind=lot.kind,
        qty=entry.quantity,
        when=(entry.first.isoformat(), entry.last.isoformat()),
        project=project,
        ext_ref=(entry.source.scheme, entry.source.ref),
        ext_more=entry.source.more,
    )
    private: dict[str, Value] = {**entry.extras, "title": entry.title, "batch": lot.batch, "origin": lot.origin}
    if entry.text:
        private["text"] = entry.text
    return Draft(lot.scope, "contribution", facts, private)


def retraction(piece: Piece, reason: str = "error") -> Draft:
    """Draft what takes an imported contribution back."""
    return Draft(piece.scope, "correction", repair.retract(piece.id, reason=reason))

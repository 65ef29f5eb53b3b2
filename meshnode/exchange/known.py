"""What an earlier import has already brought, and what has changed at the source since. Pure."""

from base64 import b32encode
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256

from meshnode.exchange.entries import SLOT, Cause, Entry, Findings, Notebook
from meshproto.records.ids import RecordId, short


def without_known(findings: Findings, known: Mapping[bytes, RecordId], again: bool) -> Findings:
    """Leave out rows of a time sheet that are known already; refuse those that replace a known one, unless `again`.

    Same slot, other content: either a second entry that began at the same time (then the known one is still in the
    file), or the known one was changed at the source (then it is not). Only taking the second counts work twice.
    """
    present = {entry.source.ref for entry in findings.entries}
    gone: dict[bytes, list[RecordId]] = defaultdict(list)
    for ref, record in sorted(known.items()):
        if ref not in present:
            gone[ref[:SLOT]].append(record)
    notes = Notebook(findings)
    fresh: list[Entry] = []
    for entry in findings.entries:
        same, earlier = known.get(entry.source.ref), gone.get(entry.source.slot)
        if same is not None:
            notes.add(Cause.KNOWN, entry.place, f"came with an earlier import as {short(same)}")
        elif earlier and not again:
            text = f"began when {short(earlier[0])} did, which came earlier and reads otherwise now"
            notes.add(Cause.CHANGED, entry.place, f"{text}: retract that one first, or take both with --again")
        else:
            fresh.append(entry)
    return replace(findings, entries=fresh, notices=notes.notices, counts=notes.counts)


def batch_name(scheme: str, references: Iterable[bytes]) -> str:
    """Name an import after all that its source holds, so that one that was interrupted goes on under its name."""
    digest = sha256(b"".join(sorted(references))).digest()
    return f"{scheme}-{b32encode(digest[:5]).decode('ascii').lower()}"

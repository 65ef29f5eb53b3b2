"""What was written in an agreement between two distributions of a chain: work, and what was said of it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from meshproto.fold.concerns import Concern
from meshproto.fold.memory import Memory
from meshproto.fold.standing import Row, row_of


@dataclass(slots=True)
class Lately:
    """The contributions of that time, older ones of which something was said then, and what was said of which."""

    written: dict[bytes, None] = field(default_factory=dict)
    older: dict[bytes, None] = field(default_factory=dict)
    words: dict[bytes, list[bytes]] = field(default_factory=dict)
    """By contribution the attestations."""
    corrections: dict[bytes, list[bytes]] = field(default_factory=dict)


def read_lately(records: Iterable[tuple[bytes, Row]], concern: Callable[[bytes], Concern], memory: Memory) -> Lately:
    """What some records of one agreement come to, of which all that are valid count."""
    lately = Lately()
    spoken_of: dict[bytes, int] = {}
    for record_id, row in records:
        if row.type == "contribution":
            if row.valid:
                lately.written[record_id] = None
        elif row.type in _SPEAKING and row.valid:
            subject: bytes = concern(record_id).facts[_SPEAKING[row.type]]
            said = lately.words if row.type == "attestation" else lately.corrections
            said.setdefault(subject, []).append(record_id)
            spoken_of[subject] = row.home
    for subject, home in spoken_of.items():
        row = row_of(memory, subject)
        if subject not in lately.written and row.type == "contribution" and row.valid and row.home == home:
            lately.older[subject] = None
    return lately


_SPEAKING = {"attestation": "subject", "correction": "target"}

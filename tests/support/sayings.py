"""What records say, apart from what is drawn by lot: by that it is seen whether something was said twice."""

from collections import Counter

from meshnode.store.reading import Reader
from meshproto.records.record import Record, read_private

MOST = 100_000


def repetitions(reader: Reader, since: int) -> list[str]:
    """What stands in more than one of the records that arrived after `since`."""
    said = Counter(repr(saying(reader, record)) for _, record in reader.records_after(since, MOST))
    return [each for each, times in said.items() if times > 1]


def saying(reader: Reader, record: Record) -> object:
    """What a record says: without the nonce of a founding and the salt of a private part."""
    facts = {name: fact for name, fact in record.facts.items() if name != "nonce"}
    raw = reader.private(record.id)
    text = None if raw is None else {name: each for name, each in read_private(raw).items() if name != "salt"}
    if record.type == "checkpoint" and text is None:
        return record.id  # It says what was there before it.
    author = b"" if record.type == "agent" else record.author  # a founding is signed by a key that is drawn, too
    return record.type, record.scope, author, facts, text

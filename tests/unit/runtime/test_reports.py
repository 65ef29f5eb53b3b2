import logging
from dataclasses import fields
from typing import get_args

import pytest

from meshnode.core import reports as core_reports
from meshnode.core.reports import News, NotStored, PeerBroke, Stored
from meshnode.runtime.watching.reports import MAX_NAMES, Reports
from meshproto.wire.breaches import Breach

SAMPLES = {int: 7, "int | None": None, str: "words", bool: True}


def sample(kind: type) -> News:
    """One piece of news of this kind with plausible values."""
    values: dict[str, object] = {}
    for field in fields(kind):
        name = str(field.type)
        plain: dict[str, object] = {"int": 7, "str": "word", "bool": True, "None": None}
        if "tuple" in name:
            values[field.name] = (b"1" * 32, b"2" * 32)
        elif "Breach" in name:
            values[field.name] = Breach.FLOOD
        elif "Id" in name or name.endswith("Key"):
            values[field.name] = b"3" * 32
        else:
            values[field.name] = next(value for word, value in plain.items() if word in name)
    made = kind(**values)
    assert isinstance(made, kind)
    return made  # type: ignore[return-value]  # the kinds come from the union itself


@pytest.mark.parametrize("kind", get_args(core_reports.News))
def test_every_piece_of_news_has_a_line_and_a_counter(kind: type, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    reports = Reports()
    reports.tell(sample(kind))
    assert len(caplog.records) == 1
    assert caplog.records[0].getMessage()
    assert reports.counters()


def test_stored_records_are_summed() -> None:
    reports = Reports()
    reports.tell(Stored(1, 500, 3))
    reports.tell(Stored(None, 2, 0))
    assert reports.counters() == {"records_stored": 502, "privates_stored": 3}


def test_a_peer_that_did_wrong_is_told_as_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for breach in (Breach.FLOOD, Breach.CLOSING):
        Reports().tell(PeerBroke(1, "12D3Koo", breach, "", 60_000))
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]


def test_reasons_made_up_by_peers_cannot_fill_the_memory() -> None:
    reports = Reports()
    for number in range(MAX_NAMES + 50):
        reports.tell(NotStored(1, b"l" * 32, 1, f"reason-{number}"))  # type: ignore[arg-type]  # any 32 bytes name a log here
    counters = reports.counters()
    assert len(counters) == MAX_NAMES + 1
    assert counters["other"] == 50

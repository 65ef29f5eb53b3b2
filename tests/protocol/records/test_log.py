"""Runs: one signature for many records."""

import pytest

from meshproto.records.ids import log_id
from meshproto.records.limits import MAX_FACTS, MAX_RUN_BYTES, MAX_RUN_RECORDS
from meshproto.records.log import check_continues, check_run
from meshproto.records.reasons import Reason, Refused
from scripts.vectors.cases import key, log_of, person, record

ALICE, SIGNER = person("alice"), key("alice")
LOG = log_of(SIGNER, ALICE, 5)
HEADERS = [each.raw for each in LOG]


def test_a_run_gives_its_records_in_order() -> None:
    run = check_run(HEADERS, SIGNER.sign(LOG[-1].id))
    assert list(run.records) == LOG
    assert run.signature == SIGNER.sign(LOG[-1].id)


def test_records_of_a_run_share_what_is_the_same_in_all() -> None:
    _, one, other, *_ = check_run(HEADERS, SIGNER.sign(LOG[-1].id)).records
    assert one.scope is other.scope
    assert one.key is other.key
    assert one.id is other.prev


def test_a_run_may_speak_for_several_agents() -> None:
    stray = record(SIGNER, "t", {}, before=LOG[-1], scope=ALICE.id, agent=person("bob").id)
    run = check_run([*HEADERS, stray.raw], SIGNER.sign(stray.id))
    assert run.records[-1].agent == person("bob").id


def test_a_run_with_a_header_too_large_for_the_fast_way_is_read_too() -> None:
    large = record(SIGNER, "t", {"a": bytes(MAX_FACTS - 6)}, before=LOG[-1], scope=ALICE.id, agent=ALICE.id)
    assert len(large.raw) > MAX_FACTS
    assert list(check_run([*HEADERS, large.raw], SIGNER.sign(large.id)).records) == [*LOG, large]


def test_what_is_wrong_first_is_told_first() -> None:
    with pytest.raises(Refused, match="L-SEQ 1"):
        check_run([HEADERS[0], HEADERS[2], HEADERS[3] + b"\x00"], SIGNER.sign(LOG[3].id))


def test_a_refusal_tells_which_record() -> None:
    with pytest.raises(Refused) as told:
        check_run([*HEADERS[:3], HEADERS[4]], SIGNER.sign(LOG[-1].id))
    assert (told.value.reason, told.value.detail) == (Reason.L_SEQ, "3")
    with pytest.raises(Refused, match="E-TRAIL 2: at byte"):
        check_run([*HEADERS[:2], HEADERS[2] + b"\x00"], SIGNER.sign(LOG[2].id))


def test_the_size_of_a_run_is_bounded() -> None:
    for headers in ([b""] * (MAX_RUN_RECORDS + 1), [bytes(MAX_RUN_BYTES // 2), bytes(MAX_RUN_BYTES // 2 + 1)]):
        with pytest.raises(Refused) as told:
            check_run(headers, b"")
        assert told.value.reason is Reason.L_SIZE


def test_a_run_must_fit_what_it_continues() -> None:
    run = check_run(HEADERS[2:], SIGNER.sign(LOG[-1].id))
    check_continues(run, LOG[1].log, 2)
    for log, seq, reason in ((log_id(b"", SIGNER.public), 2, Reason.L_LOG), (LOG[1].log, 1, Reason.L_SEQ)):
        with pytest.raises(Refused) as told:
            check_continues(run, log, seq)
        assert told.value.reason is reason

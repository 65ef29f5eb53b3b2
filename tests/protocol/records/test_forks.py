"""Fork proofs: made, carried and checked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshproto.records.forks import MAX_PROOF, check_fork_proof, encode_fork_proof, make_fork_proof
from meshproto.records.log import Run
from meshproto.records.reasons import Reason, Refused
from scripts.vectors.cases import key, person, record, work

ALICE, SIGNER = person("alice"), key("alice")
ONE, OTHER = (
    record(SIGNER, "contribution", work(each), before=ALICE, scope=ALICE.id, agent=ALICE.id) for each in (1, 2)
)
AFTER = record(SIGNER, "contribution", work(3), before=ONE, scope=ALICE.id, agent=ALICE.id)
RUN, RIVAL = Run((ONE, AFTER), SIGNER.sign(AFTER.id)), Run((OTHER,), SIGNER.sign(OTHER.id))


def test_a_proof_is_the_same_whichever_branch_came_first() -> None:
    assert make_fork_proof(RUN, RIVAL) == make_fork_proof(RIVAL, RUN)


def test_checking_undoes_encoding() -> None:
    proof = check_fork_proof(encode_fork_proof(make_fork_proof(RUN, RIVAL)))
    assert proof == make_fork_proof(RUN, RIVAL)
    assert list(proof.ids) == sorted((ONE.id, OTHER.id))
    assert [proof.seq, proof.home] == [2, ALICE.id]


def test_two_runs_that_prove_nothing_make_no_proof() -> None:
    later = Run((AFTER,), SIGNER.sign(AFTER.id))
    for rival, reason in ((RUN, Reason.Z_ORDER), (later, Reason.Z_SEQ)):
        with pytest.raises(Refused) as told:
            make_fork_proof(RUN, rival)
        assert told.value.reason is reason


def test_an_oversized_proof_is_refused_unread() -> None:
    with pytest.raises(Refused) as told:
        check_fork_proof(bytes(MAX_PROOF + 1))
    assert told.value.reason is Reason.E_SIZE


@given(st.integers(0, len(encode_fork_proof(make_fork_proof(RUN, RIVAL))) - 1), st.integers(1, 255))
def test_a_proof_with_any_byte_changed_proves_nothing(place: int, by: int) -> None:
    raw = bytearray(encode_fork_proof(make_fork_proof(RUN, RIVAL)))
    raw[place] ^= by
    with pytest.raises(Refused):
        check_fork_proof(bytes(raw))

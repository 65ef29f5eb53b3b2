"""Who signed for whom, as the record and what it names tell."""

from meshnode.core.drafts import Draft
from meshnode.runtime.answers.signers import Signer, signer_of
from meshproto.records.record import Record
from meshproto.types import authority, identity
from tests.support.core_rig import Writer, ids_of, network_of, records_of

ALICE, BOB = Writer("alice"), Writer("bob")
NET, GENESIS = network_of(ALICE, is_open=False)
ACCEPT = ALICE.accept(NET)
(FOUNDS,) = ids_of(ACCEPT)
STEWARD = ALICE.sign(Draft(NET, "grant", authority.grant(BOB.agent, "steward"), agent=NET, auth=(FOUNDS,)))
(GRANT,) = ids_of(STEWARD)
DEVICE = BOB.sign(Draft(BOB.stream, "grant", authority.device(b"d" * 32)))
STORED = {each.id: each for signed in (GENESIS, ACCEPT, STEWARD, DEVICE) for each in records_of(signed)}


def find(record_id: bytes) -> Record | None:
    return {bytes(key): each for key, each in STORED.items()}.get(record_id)


def act(*auth: bytes, agent: bytes = NET) -> Record:
    return records_of(BOB.sign(Draft(NET, "checkpoint", {"engine": "meshnode/2"}, agent=agent, auth=auth)))[0]


def test_a_founder_and_a_steward_sign_for_a_network() -> None:
    assert signer_of(act(FOUNDS), find) == Signer(ALICE.agent, "founder", FOUNDS)
    assert signer_of(act(GRANT, *ids_of(DEVICE)), find) == Signer(BOB.agent, "steward", GRANT)


def test_who_signs_for_himself_or_by_what_is_not_here_is_nobody_else() -> None:
    assert signer_of(act(agent=BOB.agent), find) is None
    assert signer_of(act(*ids_of(DEVICE), agent=BOB.agent), find) is None
    assert signer_of(act(b"?" * 32), find) is None
    assert signer_of(act(GENESIS.runs[0].records[0].id), find) is None


def test_what_breaks_the_rules_of_its_type_lets_nobody_sign() -> None:
    (broken,) = records_of(ALICE.sign(Draft(NET, "grant", {**identity.join(BOB.agent), "role": "king"}, agent=NET)))
    assert signer_of(act(broken.id), lambda record: broken if record == broken.id else None) is None

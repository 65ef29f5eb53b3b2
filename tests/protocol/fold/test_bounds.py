"""What a fold keeps in RAM has an end, and forgetting it changes nothing; nor does the way in which a past is told."""

import random

import pytest

from meshproto.fold import cuts, findings, knowledge, lanes, usual
from meshproto.fold.standing import Status
from meshproto.types import authority
from scripts.vectors import endings
from scripts.vectors.cases import key, work
from scripts.vectors.tale import Tale
from tests.support.byzantine.checks import check, made

SCHEDULES = 4


@pytest.mark.parametrize(
    ("module", "limit", "least"),
    [
        (findings, "FINDINGS_REMEMBERED", 1),
        (knowledge, "MASKS_REMEMBERED", 1),
        (usual, "LOGS_REMEMBERED", 1),
        (cuts, "CUTS_REMEMBERED", 1),
        (cuts, "KEEP_AFTER", 0),
        (lanes, "BLOCK", 2),
    ],
)
def test_a_fold_that_forgets_at_once_says_the_same(
    module: object, limit: str, least: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, limit, least)
    for records in [*(tale.records for tale in endings.tales()), *map(made, range(SCHEDULES))]:
        check(records, random.Random(1))


def test_who_has_seen_a_branch_has_seen_the_trunk_it_grows_from() -> None:
    tale = Tale("")
    alice = tale.person("alice")
    phone = tale.write("alice", alice, "grant", authority.device(key("phone").public))
    trunk = tale.write("phone", alice, facts=work(1), auth=(phone,))
    tale.write("phone", alice, facts=work(2), auth=(phone,))
    branch = tale.write("phone", alice, facts=work(3), auth=(phone,), after=trunk, knows=())
    ends = tale.write("alice", alice, "revoke", authority.revoke([phone.id]), knows=(branch,))
    followed = check(tale.records, random.Random(1))
    contested = [each for each in tale.records if followed.told[each.id].status is Status.CONTESTED]
    assert [each.facts for each in contested] == [work(2)]
    assert followed.told[contested[0].id].ids == (ends.id,)

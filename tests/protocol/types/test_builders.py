"""The builders give facts that their own checks accept. What checks refuse stands in the vectors."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshproto.records.ids import ext
from meshproto.records.limits import MAX_EXT_MORE, MAX_INT
from meshproto.records.reasons import Reason
from meshproto.records.record import Record
from meshproto.types import coordination, identity, repair, value
from meshproto.types.catalogue import check_facts
from scripts.vectors.cases import key, person, record, seed

A, B, C = sorted(seed(each) for each in "abc")
ALICE = person("alice")
IDS = st.lists(st.sampled_from([A, B, C]), max_size=4)
DAYS = st.dates().map(str)
MEASURES = st.builds(
    value.Measure, st.integers(1, 10**9), st.integers(0, 6), st.sampled_from(["MIN", "HUR", "KGM", "C62"])
)


def said(type_: str, facts: dict[str, Any]) -> Record:
    genesis = type_ == "agent"
    scope, agent = (b"", b"") if genesis else (C, ALICE.id)
    return record(key("alice"), type_, facts, scope=scope, agent=agent)


def outcome(type_: str, facts: dict[str, Any]) -> tuple[Reason, str] | None:
    refusal = check_facts(said(type_, facts))
    return None if refusal is None else (refusal.reason, refusal.detail)


@given(
    kind=st.sampled_from(value.KINDS),
    qty=MEASURES,
    when=st.tuples(DAYS, DAYS).map(sorted),
    project=st.sampled_from([None, A, ext(A)]),
    shares=st.sampled_from([None, {ALICE.id: 1000}, {B: 400, ALICE.id: 600}]),
    beneficiaries=IDS,
    comp=st.sampled_from([None, *value.COMPENSATIONS]),
    licence=st.sampled_from([None, "MIT"]),
    warrants=st.lists(st.sampled_from(value.WARRANTS), max_size=3),
    ext_ref=st.tuples(st.just("git"), st.binary(min_size=1, max_size=31)),
    ext_more=st.lists(st.binary(min_size=1, max_size=31), max_size=MAX_EXT_MORE),
)
def test_contributions_are_in_order(**said: Any) -> None:
    assert outcome("contribution", value.contribution(**said)) is None


@given(st.lists(st.sampled_from([A, B]), min_size=1), st.sampled_from(value.THANKS), st.sampled_from([None, A, ext(B)]))
def test_recognitions_are_in_order(to: list[bytes], kind: str, thanked: bytes | None) -> None:
    assert outcome("recognition", value.recognition(to=to, kind=kind, for_=thanked)) is None


@given(IDS, st.sampled_from(coordination.STATES), st.none() | DAYS)
def test_projects_are_in_order(supersedes: list[bytes], state: str, starts: str | None) -> None:
    facts = coordination.project(supersedes=supersedes, state=state, starts=starts, part_of=A, client=B)
    assert outcome("project", facts) is None


@given(st.integers(-MAX_INT, MAX_INT))
def test_deltas_are_in_order(amount: int) -> None:
    assert outcome("correction", repair.delta(A, qty=value.Measure(amount, 0, "MIN"))) is None
    assert outcome("correction", repair.delta(A, value=value.Money(amount, "EUR"))) is None


def test_people_and_networks_are_in_order() -> None:
    recovery = ([B, A], 2)
    facts = identity.person(key=key("alice").public, nonce=bytes(16), recovery=recovery)
    assert outcome("agent", facts) is None
    assert outcome("agent", identity.network(founders=[B, A, B], nonce=bytes(16), is_open=False)) is None


@pytest.mark.parametrize("many", [2**60, 5])
def test_a_charter_never_allows_more_than_an_integer_can_say(many: int) -> None:
    facts: Any = identity.network(founders=[A], nonce=bytes(16), is_open=True, log_records=many, log_bytes=many)
    assert facts["charter"]["log_records"] == facts["charter"]["log_bytes"] == min(many, MAX_INT)


def test_profiles_name_what_they_supersede_once() -> None:
    assert identity.profile(supersedes=[B, A, B]) == {"supersedes": [A, B]}
    assert outcome("profile", identity.profile(supersedes=[B, A, B], languages=["pl"], skills=["x:y"])) is None


@pytest.mark.parametrize(
    ("facts", "path"),
    [
        ({"qty": {"n": 1, "s": 9, "u": "MIN"}}, "qty.s"),
        ({"when": {"from": "2025-11-20", "to": "soon"}}, "when.to"),
        ({"shares": [[ALICE.id, 1], [b"x", 1]]}, "shares[1][0]"),
        ({"evidence": [{"sha256": b"\x01" + A, "size": "1", "media": "a/b"}]}, "evidence[0].size"),
        ({"ext_ref": ["git", 1]}, "ext_ref[1]"),
        ({"ext_ref": ["git", b"1"], "ext_more": [b"2", b""]}, "ext_more[1]"),
        ({"ext_more": [b"2"]}, "ext_more"),
        ({"project": 1}, "project"),
    ],
)
def test_a_refusal_tells_the_path_of_the_fact(facts: dict[str, Any], path: str) -> None:
    good = value.contribution(kind="work", qty=value.Measure(1, 0, "MIN"), when=("2025-11-20", "2025-11-20"))
    found = outcome("contribution", {**good, **facts})
    assert found is not None
    assert found[1] == path


def test_a_truth_is_no_number() -> None:
    good = value.contribution(kind="work", qty=value.Measure(1, 0, "MIN"), when=("2025-11-20", "2025-11-20"))
    assert outcome("contribution", {**good, "qty": {"n": True, "s": 0, "u": "MIN"}}) == (Reason.I_FIELD, "qty.n")

"""Builders of agreements and money give facts that their own checks accept, and tell who is who in them."""

from typing import Any

import pytest

from meshproto.records.record import Record
from meshproto.types import accounts, agreement, evaluation
from meshproto.types.catalogue import check_facts
from meshproto.types.licences import is_expression
from meshproto.types.value import Measure, Money
from scripts.vectors.cases import key, person, record, seed

A, B, C = sorted(seed(each) for each in "abc")
ALICE = person("alice")
EUROS = Money(100, "EUR")
PIECE = Measure(1, 0, "C62")
TERMS = agreement.agreement(
    {ALICE.id: ["provider"], A: ["client"], B: ["holder", "arbiter"]},
    from_="2025-11-01",
    ack={"min": 1, "by": "parties"},
    named=[C, C],
    dispute={"mediators": [seed("mediator")], "quorum": [1, 1]},
)


def said(type_: str, facts: dict[str, Any], scope: bytes = C) -> Record:
    return record(key("alice"), type_, facts, scope=scope, agent=ALICE.id)


@pytest.mark.parametrize(
    ("type_", "facts"),
    [
        ("agreement", {**TERMS, "prev": [A]}),
        ("attestation", evaluation.attestation(A, qty=PIECE, rating=1, supersedes=[B, A, B])),
        ("allocation", evaluation.allocation("round", {B: 1, A: 2}, supersedes=[C])),
        ("income", accounts.income(ALICE.id, net=EUROS, tax=20, on="2025-11-20", payer=A)),
        ("settlement", accounts.settlement(A, ALICE.id, EUROS, on="2025-11-20", paid=EUROS, applied={B: 1, A: 2})),
        ("commitment", accounts.commitment(A, ALICE.id, "deliver", PIECE, due="2025-11-20", price=EUROS)),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_builders_give_is_accepted(type_: str, facts: dict[str, Any]) -> None:
    assert check_facts(said(type_, facts)) is None


def test_the_first_version_is_its_own_scope() -> None:
    assert check_facts(said("agreement", TERMS, scope=b"")) is None


def test_lines_of_a_distribution_are_sorted() -> None:
    facts: Any = accounts.distribution(
        C, [B, A], to="2025-11-20", engine="ve/1", lines=[(B, 1, 0, [("0", 1)]), (A, 0, 2, [("0", 2)])], carry=EUROS,
        inputs_digest=b"\x01" + A, result_digest=b"\x01" + B, prev=A,
    )  # fmt: skip
    assert facts["incomes"] == [A, B]
    assert facts["lines"] == [[A, 0, 2, [["0", 2]]], [B, 1, 0, [["0", 1]]]]
    assert check_facts(said("distribution", facts)) is None


def test_who_provides_or_holds_approves() -> None:
    assert agreement.approvers_of(TERMS) == sorted([ALICE.id, B])
    assert agreement.approvers_of({**TERMS, "approval": "arbiter"}) == [B]
    assert agreement.approvers_of({**TERMS, "parties": [[A, ["client"]], [B, ["commons"]]]}) == [A, B]


def test_who_attests_is_told_by_the_agreement() -> None:
    assert agreement.attesters_of(TERMS) == sorted([ALICE.id, A, B])
    assert agreement.attesters_of({**TERMS, "ack": {"by": "client"}}) == [A]
    assert agreement.attesters_of({**TERMS, "ack": {"by": [C]}}) == [C]


def test_parties_whom_it_names_and_mediators_take_part() -> None:
    assert [*agreement.participants_of(TERMS)] == sorted([ALICE.id, A, B, C, seed("mediator")])


def test_nested_licences_are_seen_through() -> None:
    assert is_expression("((A OR B) AND (C WITH D)) OR E+")
    assert not is_expression("((A OR B) AND (C WITH D) OR E+")

"""Exports of money that nodes have shared, read by programs that are not ours: hledger, and a JSON-LD processor."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from meshnode.cli.files.hledger import Books, journal
from meshnode.cli.files.valueflows_graph import Graph
from meshproto.records.ids import from_text
from tests.support.bargains import Table, table
from tests.support.hledger import asks, balances
from tests.support.json_ld import expanded, statements
from tests.support.meshes import Mesh
from tests.support.ontology import ONTOLOGY, Term, terms

Answers = dict[str, Any]


async def shared(all_: Table) -> Answers:
    """Let Ana and Ben work, share what a client paid, and settle some of it; gives what Ana's node then answers."""
    await all_.works("ana", "Design", 3, "ben")
    await all_.works("ben", "Code", 1, "ana")
    await all_.income("ana", 100_001, tax=21_000)
    await all_.shares("ana", "ana", "ben")
    paid = await all_["ana"].does(
        "POST", "/settlements", {"agreement": "Acme site", "amount": {"amt": 10_000, "cur": "EUR"}, "payee": "Ben"}
    )
    await all_.come(paid["id"])
    await all_["ben"].does("POST", f"/settlements/{paid['id']}/answers", {})
    await all_.stands(from_text(paid["id"]), "confirmed")
    paths = {
        "contributions": "/contributions", "agreements": "/agreements", "incomes": "/incomes",
        "distributions": "/distributions", "settlements": "/settlements",
    }  # fmt: skip
    found = {name: (await all_["ana"].does("GET", path))["items"] for name, path in paths.items()}
    plan = (await all_["ana"].does("GET", "/plan"))["items"]
    return {**found, "balances": (await all_["ana"].does("GET", "/balances"))["items"], "plan": plan}


def books(answers: Answers) -> str:
    return journal(Books().entries(answers["incomes"], answers["distributions"], answers["settlements"]))


def graph(answers: Answers) -> Answers:
    made = Graph(set())
    for each in answers["agreements"]:
        made.agreement(each)
    for each in answers["contributions"]:
        made.work(each)
    for each in answers["incomes"]:
        made.income(each)
    before = {*claims_in(made.nodes)}
    for each in answers["distributions"]:
        made.shares(each, answers["incomes"][0]["holder"])
    for each in answers["settlements"]:
        made.payment(each, sorted(set(claims_in(made.nodes)) - before))
    made.owed(answers["plan"])
    document: Answers = json.loads(json.dumps(made.document()))
    return document


def claims_in(nodes: Mapping[str, Mapping[str, object]]) -> list[str]:
    return [name for name, node in nodes.items() if node["@type"] == "Claim"]


async def test_hledger_comes_to_what_the_nodes_say_is_owed(tmp_path: Path) -> None:
    async with table(Mesh(tmp_path), "ana", "ben") as all_:
        answers = await shared(all_)
    path = tmp_path / "books.journal"
    path.write_text(books(answers))
    asks(
        path,
        "check",
        "accounts",
        "commodities",
        "balancednoautoconversion",
        "ordereddates",
        "payees"[:0] or "parseable",
    )
    found = balances(path)
    assert found["assets:Acme site:held by Ana"] == "1110.01 EUR"
    assert found["liabilities:Acme site:tax at Ana"] == "-210.00 EUR"
    for one in answers["balances"]:
        name = one["agent"]["name"]
        held = cents(found, f"assets:Acme site:held by {name}") + cents(found, f"liabilities:Acme site:tax at {name}")
        assert -cents(found, f"liabilities:Acme site:owed to {name}") - held == one["open"]
    assert asks(path, "balance", "revenues", "expenses", "--depth", "1").splitlines()[-1].strip() == "0"
    assert len(asks(path, "print", "tag:payment").split("pays")) == 2


async def test_what_nobody_got_yet_stands_in_the_journal_until_a_later_distribution_shares_it(tmp_path: Path) -> None:
    path = tmp_path / "books.journal"
    async with table(Mesh(tmp_path), "ana", "ben") as all_:
        await all_.income("ana", 50_000)
        none = await all_.shares("ana", "ana", "ben")
        first = await money_of(all_)
        await all_.works("ben", "Code", 1, "ana")
        await all_.income("ana", 1_000)
        await all_.shares("ana", "ana", "ben", after=none["id"])
        second = await money_of(all_)
    path.write_text(books(first))
    assert (none["carry"]["amt"], cents(balances(path), "liabilities:Acme site:carried on")) == (50_000, -50_000)
    path.write_text(books(second))
    found = balances(path)
    assert cents(found, "liabilities:Acme site:owed to Ben") == -51_000
    assert found["liabilities:Acme site:carried on"] == found["expenses:Acme site:carried on"] == "0"


async def money_of(all_: Table) -> Answers:
    paths = ("incomes", "distributions", "settlements")
    return {name: (await all_["ana"].does("GET", f"/{name}"))["items"] for name in paths}


def cents(found: dict[str, str], account: str) -> int:
    return int(found.get(account, "0.00").split()[0].replace(".", ""))


async def test_every_statement_in_valueflows_is_one_of_its_ontology(tmp_path: Path) -> None:
    async with table(Mesh(tmp_path), "ana", "ben") as all_:
        document = graph(await shared(all_))
    known, seen = terms(), set[str]()
    kinds = {node["@id"]: short(node["@type"][0]) for node in expanded(document)}
    for subject, name, value in triples(expanded(document)):
        term = known[short(name)]
        assert subject in term.domain, (subject, name)
        assert fits(term, value, kinds, known), (name, value)
        seen.add(short(name))
    assert {"provider", "triggeredBy", "settles", "clauseOf", "effortQuantity", "resourceQuantity"} <= seen
    assert {*kinds.values()} == {
        "Person", "Agreement", "EconomicEvent", "Claim", "Commitment", "Unit", "ResourceSpecification",
    }  # fmt: skip
    assert statements(document)


async def test_amounts_in_valueflows_are_what_was_signed(tmp_path: Path) -> None:
    async with table(Mesh(tmp_path), "ana", "ben") as all_:
        answers = await shared(all_)
    nodes = {node["@id"]: node for node in graph(answers)["@graph"]}
    claims = sorted(amount(nodes[name]) for name in claims_in(nodes))
    assert claims == sorted(["210.00", *(f"{line['amt'] / 100:.2f}" for line in answers["distributions"][0]["lines"])])
    work = [node["effortQuantity"]["hasNumericalValue"] for node in nodes.values() if "effortQuantity" in node]
    assert sorted(work) == ["10800", "3600"]
    (owed,) = [node for node in nodes.values() if node["@type"] == "Commitment"]
    (plan,) = answers["plan"]
    assert (amount(owed), owed["receiver"]) == (f"{plan['amount']['amt'] / 100:.2f}", f"urn:cid:{plan['payee']['id']}")


def amount(node: Answers) -> str:
    """A sum of money with its cents, as it is compared here."""
    whole, _, part = node["resourceQuantity"]["hasNumericalValue"].partition(".")
    return f"{whole}.{part.ljust(2, '0')}"


def short(iri: str) -> str:
    """A term without the ontology's address; an AssertionError for one that is not of it."""
    assert iri.startswith(ONTOLOGY), iri
    return iri.removeprefix(ONTOLOGY)


def triples(nodes: list[Answers]) -> Iterator[tuple[str, str, Answers]]:
    """The kind of a node, a property and a value of it."""
    for node in nodes:
        kind = short(node["@type"][0])
        for name, values in node.items():
            if name.startswith("@"):
                continue
            for value in values:
                yield kind, name, value
                if "@type" in value and "@value" not in value:
                    yield from triples([value])


def fits(term: Term, value: Answers, kinds: dict[str, str], known: Mapping[str, Term]) -> bool:
    """Whether a value is of the kind that its property asks for."""
    if term.kind == "owl:DatatypeProperty":
        told = value.get("@type", "http://www.w3.org/2001/XMLSchema#string").rpartition("#")[2]
        return told in (term.range.partition(":")[2], "decimal" if term.range == "dtype:numericUnion" else told)
    wanted, name = term.range.removeprefix("vf:"), value.get("@id", "")
    if wanted == "Action":
        return short(name) in known
    found = kinds.get(name) or short(value["@type"][0])
    return found == wanted or (wanted == "Agent" and found in ("Person", "Organization"))

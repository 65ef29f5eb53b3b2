"""`export valueflows`: what becomes of contributions, and whose it is."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from meshnode.api.models.shared import Agent, Quantity
from meshnode.api.models.terms import Money, Share
from meshnode.cli.exits import Exit
from meshnode.cli.files.valueflows_graph import ACTIONS, CONTEXT, UNITS, Graph, plain, urn
from meshproto.types.value import KINDS
from tests.support.command_line import objects, run
from tests.support.fakes.fake_node import FakeNode, contribution, network
from tests.support.fakes.rich_answers import rich_contribution
from tests.support.fakes.sample_money import ACME, answers, euros, income
from tests.support.fakes.sample_people import ANA, BEN, STUDIO, text_id
from tests.support.json_ld import expanded
from tests.support.ontology import terms


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        fake.answers.update(answers())
        fake.contributions += [
            contribution("Landing page"),
            msgspec.structs.replace(contribution("Gone"), claim="retracted"),
        ]
        fake.networks.append(network("studio"))
        yield fake


def made(entry: Any) -> dict[str, Any]:
    """The nodes that come of one contribution, by their names."""
    graph = Graph(set())
    graph.work(msgspec.to_builtins(entry))
    return {str(name): each for name, each in graph.nodes.items()}


def test_the_document_is_written_and_what_was_taken_back_is_not_in_it(node: FakeNode, tmp_path: Path) -> None:
    path = tmp_path / "all.jsonld"
    ran = run("export", "valueflows", str(path), "--mine", home=node)
    assert ran.out.startswith(f"✓ Written   {path}   ")
    document = json.loads(path.read_text())
    notes = [each.get("note") for each in document["@graph"]]
    assert ("Landing page" in notes, "Gone" in notes) == (True, False)
    assert next(each.query for each in node.asked if each.path == "/contributions")["mine"] in ("true", ["true"])
    assert expanded(document)
    refused = run("export", "valueflows", str(path), home=node)
    assert (refused.code, "add --force" in refused.last) == (Exit.CONFLICT, True)
    (told,) = objects(run("export", "valueflows", str(path), "--force", "--json", home=node))
    assert (told["schema"], told["kind"]) == ("meshnode.export.valueflows/1", "valueflows")


def test_work_that_was_shared_is_told_once_where_most_is_said_of_it(node: FakeNode, tmp_path: Path) -> None:
    first, again = contribution("Notebook"), contribution("Agreement")
    node.contributions[:] = [msgspec.structs.replace(again, scope=ACME, shared_from=first.id), first]
    assert run("export", "valueflows", str(tmp_path / "all.jsonld"), home=node).code == 0
    graph = json.loads((tmp_path / "all.jsonld").read_text())["@graph"]
    told = {each["note"]: each.get("realizationOf") for each in graph if "effortQuantity" in each}
    assert told == {"Agreement": urn(ACME.id)}


def test_each_author_has_an_event_and_the_parts_add_up() -> None:
    entry = msgspec.structs.replace(rich_contribution("Paper"), shares=[Share(BEN, 333), Share(ANA, 667)])
    events = [each for each in made(entry).values() if each["@type"] == "EconomicEvent"]
    parts = {each["provider"]: each["resourceQuantity"]["hasNumericalValue"] for each in events}
    assert parts == {urn(BEN.id): "4.1625", urn(ANA.id): "8.3375"}
    assert {each["receiver"] for each in events} == {urn(BEN.id)}


def test_given_money_is_money() -> None:
    entry = msgspec.structs.replace(
        contribution("Train"), kind="money", quantity=Quantity(1, 0, "C62"), value=Money(38_540, "EUR", 2), scope=STUDIO
    )
    (event,) = [each for each in made(entry).values() if each["@type"] == "EconomicEvent"]
    assert (event["action"], event["receiver"]) == ("transfer", urn(STUDIO.id))
    assert event["resourceQuantity"] == {
        "@type": "Measure", "hasNumericalValue": "385.4", "hasUnit": "urn:meshnode:unit:EUR",
    }  # fmt: skip


def test_several_days_have_a_beginning_and_an_end() -> None:
    entry = msgspec.structs.replace(contribution("Week"), day_from="2026-03-02", day_to="2026-03-06")
    (event,) = [each for each in made(entry).values() if each["@type"] == "EconomicEvent"]
    assert (event["hasBeginning"], event["hasEnd"]) == ("2026-03-02T00:00:00Z", "2026-03-06T23:59:59Z")


@pytest.mark.parametrize(("sign", "whose"), [(1, "provider"), (-1, "receiver")])
def test_tax_is_a_claim_on_whoever_holds_the_income_and_of_a_refund_one_of_theirs(sign: int, whose: str) -> None:
    graph = Graph(set())
    graph.income(msgspec.to_builtins(income(gross=euros(sign * 1_210_000), tax=euros(sign * 210_000))))
    (claim,) = [each for each in graph.nodes.values() if each["@type"] == "Claim"]
    assert {"provider", "receiver"} & set(claim) == {whose}
    assert (claim[whose], claim["triggeredBy"]) == (urn(ANA.id), urn(text_id("income")))
    measure = {"@type": "Measure", "hasNumericalValue": "2100", "hasUnit": "urn:meshnode:unit:EUR"}
    assert (claim["resourceQuantity"], claim["@id"]) == (measure, f"{urn(text_id('income'))}#tax")


def test_an_income_without_tax_claims_none() -> None:
    graph = Graph(set())
    graph.income(msgspec.to_builtins(income(tax=euros(0))))
    assert "Claim" not in [each["@type"] for each in graph.nodes.values()]


def test_a_firm_is_an_organisation() -> None:
    graph, firm = Graph({"firm"}), Agent("firm", "Blue")
    graph.work(msgspec.to_builtins(contribution("x", agent=firm)))
    assert graph.nodes[urn("firm")] == {"@id": urn("firm"), "@type": "Organization", "name": "Blue"}


def test_every_kind_is_an_action_and_every_name_is_one_of_the_ontology() -> None:
    known = terms()
    assert sorted(ACTIONS) == sorted(KINDS)
    assert {known[each].kind for each in ACTIONS.values()} == {"owl:NamedIndividual"}
    assert [name for name in CONTEXT if not name.startswith("@") and name != "xsd" and name not in known] == []
    assert all(label and om for label, om in UNITS.values())


def test_numbers_are_written_without_loss_and_without_idle_zeroes() -> None:
    assert [plain(*each) for each in ((12_500, 3), (1, 3), (-50, 2), (7, 0), (100, 2))] == [
        "12.5",
        "0.001",
        "-0.5",
        "7",
        "1",
    ]

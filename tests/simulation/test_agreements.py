"""Named situations in agreements, each in a calm town that watches every byte (town.py)."""

from tests.simulation.bargain import Bargain


def test_an_agreement_reaches_its_parties_and_nobody_else() -> None:
    town = Bargain("ana", "bo", "cy", "dee")
    ana, bo, cy, dee = town.people
    scope = town.proposes(ana, bo, cy)
    town.run(5_000)
    assert [town.knows(each, scope) for each in (ana, bo, cy, dee)] == [True, True, True, False]
    town.signs(bo, scope)
    town.signs(cy, scope)
    town.run(5_000)
    assert {town.state(each, scope) for each in (ana, bo, cy)} == {"in_force"}
    work = town.works(bo, scope)
    town.run(5_000)
    assert all(each.ledger.private(work) for each in (ana, bo, cy))
    assert town.level(scope, ana, bo, cy)
    assert not town.knows(dee, scope)


def test_a_client_of_no_network_is_reached_by_a_card() -> None:
    town = Bargain("ana", "bo", "dee", outside=["client"])
    ana, bo, dee = town.people
    (client,) = town.outsiders
    town.introduces(ana, client)
    town.run(1_000)
    scope = town.proposes(ana, bo, client)
    town.run(5_000)
    for each in (bo, client):
        town.signs(each, scope)
    town.run(60_000)
    assert {town.state(each, scope) for each in (ana, bo, client)} == {"in_force"}
    assert town.level(scope, ana, bo, client)
    assert not client.ledger.has(town.network)
    assert not town.knows(dee, scope)

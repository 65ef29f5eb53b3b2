"""Who stands where among the people of a network."""

from typing import Any

from meshnode.client.answers import Agent
from meshnode.dashboard.pages.people import RINGS, Known, Worked, closeness, known_of, who_on_what
from meshnode.dashboard.wording import hours

PLACES = list(RINGS)


def agent(name: str, *, me: bool = False) -> Agent:
    return {"id": name.lower(), "name": name, "me": me, "forked": False, "blocked": False, "face_of": ""}


def member(name: str, role: str, state: str = "active", *, me: bool = False) -> Any:
    return {"agent": agent(name, me=me), "fingerprint": "", "role": role, "state": state, "since": ""}


def ringed(*members: Any) -> dict[str, str]:
    found = known_of(members, {}, [])
    return {each.agent["name"]: PLACES[each.ring] if each.ring < len(PLACES) else "gone" for each in found}


def test_who_has_several_roles_stands_where_they_belong_most_closely() -> None:
    found = ringed(
        member("Ana", "client"), member("Ana", "founder"), member("Ben", "occasional"), member("Cy", "relay")
    )
    assert found == {"Ana": "core", "Ben": "occasional", "Cy": "observers"}


def test_who_left_or_is_only_invited_stands_on_no_ring() -> None:
    found = ringed(member("Ana", "core", "left"), member("Ben", "core", "invited"), member("Ben", "client"))
    assert found == {"Ben": "clients", "Ana": "gone"}


def test_who_worked_without_a_role_is_known_by_it() -> None:
    assert ringed(member("Dee", "resonance", "")) == {"Dee": "known by their work"}


def test_those_who_worked_most_stand_first_on_a_ring_and_agreements_in_force_are_counted() -> None:
    deal: Any = {"state": "in_force", "parties": [agent("Ben"), agent("Cy")]}
    over: Any = {"state": "ended", "parties": [agent("Ben")]}
    members = [member("Ana", "core"), member("Ben", "core"), member("Cy", "core")]
    found = known_of(members, {"cy": 7200, "ben": 60}, [deal, over, deal])
    assert [(each.agent["name"], each.seconds, each.agreements) for each in found] == [
        ("Cy", 7200, 2),
        ("Ben", 60, 2),
        ("Ana", 0, 0),
    ]


def somebody(name: str, seconds: int) -> Known:
    return Known(agent(name), "", ("core",), ("active",), "", seconds, 0)


def test_hours_by_person_and_project_are_drawn_and_told() -> None:
    projects: Any = [
        {"of": "p1", "name": "Atlas", "seconds": 9000},
        {"of": "", "name": "", "seconds": 1800},
        {"of": "p2", "name": "Site", "seconds": 3600},
    ]
    worked = Worked({}, projects, {"p1": {"ana": 5400, "ben": 3600}, "p2": {"ben": 3600}})
    on_none = somebody("Dee", 1800)
    figure = who_on_what([somebody("Ana", 7200), somebody("Ben", 7200), somebody("Cy", 0), on_none], worked)
    assert figure is not None
    assert [column.name for column in figure.table.columns] == ["Who", "Atlas", "Site", "In all"]
    assert figure.table.rows == [("Ana", "1.5", "0", hours(7200)), ("Ben", "1", "1", hours(7200))]
    assert figure.says == "2 people worked on 2 projects; most on Atlas"


def test_nothing_is_drawn_where_nobody_worked_on_a_project() -> None:
    assert who_on_what([somebody("Ana", 60)], Worked({}, [], {})) is None
    assert who_on_what([], Worked({}, [], {"p1": {}})) is None


def test_only_rings_with_somebody_on_them_are_drawn() -> None:
    figure = closeness([somebody("Ana", 0)])
    assert figure.table.rows == [("core", "Ana")]
    assert "occasional" not in str(figure.wide)

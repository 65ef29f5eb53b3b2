"""Contributions of every kind through the local API of whole nodes: terms, shares, evidence, sums."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from meshnode.core.drafts import Draft
from meshnode.views.rows import RecognitionRow
from meshproto.records.ids import from_text, to_text
from meshproto.records.limits import MAX_INT
from meshproto.types import value
from tests.support.meshes import Api, Mesh, Node

HOUR = {"title": "Landing page", "seconds": 3600}
EUR = {"amt": 38_540, "cur": "EUR"}
FILE = {"sha256": "ab" * 32, "size": 5, "media": "text/plain"}


@pytest.fixture
async def ana(tmp_path: Path) -> AsyncIterator[Node]:
    async with Mesh(tmp_path).node("ana") as node:
        yield node


@pytest.fixture
def api(ana: Node) -> Api:
    return ana.api()


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[tuple[Node, Node]]:
    """Ana and Ben, both in the network studio."""
    mesh = Mesh(tmp_path)
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        await ben.joins(ana.line(await ana.founds()))
        await ana.learns(lambda: ana.office.lookups.name(ben.office.me))
        yield ana, ben


async def shown(api: Api, body: object) -> dict[str, object]:
    """A contribution that was just signed, as it is shown."""
    written = await api.does("POST", "/contributions", body)
    found: dict[str, object] = await api.does("GET", f"/contributions/{written['id']}")
    return found


async def test_all_that_is_said_is_shown(api: Api) -> None:
    first = await api.does("POST", "/contributions", HOUR)
    said = {"comp": "gift", "stream": "love", "warrants": ["own_work"], "classes": ["https://x.example/a"]}
    body = {**HOUR, **said, "value": EUR, "licence": "cc-by-sa-4.0", "evidence": [FILE], "of": first["id"]}
    entry = await shown(api, body)
    assert {name: entry[name] for name in said} == said
    assert (entry["value"], entry["licence"]) == ({**EUR, "exp": 2}, "CC-BY-SA-4.0")
    assert (entry["evidence"], entry["of"], entry["authors"], entry["shares"]) == ([FILE], first["id"], 1, [])


async def test_what_is_only_valued_counts_as_one_piece(api: Api) -> None:
    entry = await shown(api, {"title": "Train", "kind": "money", "value": EUR})
    assert (entry["quantity"], entry["seconds"]) == ({"n": 1, "s": 0, "u": "C62"}, None)


@pytest.mark.parametrize(
    "odd",
    [
        {"value": {"amt": 0, "cur": "EUR"}},
        {"value": {"amt": 5, "cur": "XYZ"}},
        {"value": {"amt": 2**53, "cur": "EUR"}},
        {"comp": "free"},
        {"stream": "hate"},
        {"licence": "mine"},
        {"warrants": ["sure"]},
        {"classes": ["two words"]},
        {"evidence": [{**FILE, "sha256": "ab"}]},
        {"evidence": [{**FILE, "sha256": "x" * 64}]},
        {"evidence": [{**FILE, "size": -1}]},
        {"evidence": [{**FILE, "media": "text"}]},
        {"shares": [{"who": "me", "part": 0}]},
        {"shares": [{"who": "me", "part": 1001}]},
        {"shares": [{"who": "me", "part": 1}, {"who": "ana", "part": 1}]},
        {"kind": "money"},
    ],
)
async def test_what_makes_no_sense_is_refused(api: Api, odd: dict[str, object]) -> None:
    assert (await api.refuses("POST", "/contributions", {**HOUR, **odd}))["code"] == "bad-request"


async def test_nobody_and_nothing_can_be_named_that_is_not_here(api: Api) -> None:
    for odd in ({"shares": [{"who": "Zoe", "part": 1}]}, {"beneficiaries": ["Zoe"]}, {"of": "bafkreizzzzzzzz"}):
        assert (await api.refuses("POST", "/contributions", {**HOUR, **odd}))["code"] == "not-found"


async def test_earlier_work_is_a_contribution(ana: Node, api: Api) -> None:
    problem = await api.refuses("POST", "/contributions", {**HOUR, "of": to_text(ana.office.me)})
    assert (problem["code"], problem["hint"]) == ("bad-request", "meshnode contribution ls")


async def test_what_co_authors_leave_is_the_authors(two: tuple[Node, Node]) -> None:
    ana, ben = two
    body = {**HOUR, "network": "studio", "shares": [{"who": "ben", "part": 300}], "beneficiaries": ["Ben"]}
    written = await ana.api().does("POST", "/contributions", body)
    await ben.learns(lambda: ben.office.lookups.contribution(from_text(written["id"])))
    entry = await ben.api().does("GET", f"/contributions/{written['id']}")
    parts = {each["agent"]["name"]: each["part"] for each in entry["shares"]}
    assert (parts, entry["authors"], entry["status"]) == ({"Ana": 700, "Ben": 300}, 2, "yes")
    assert [each["name"] for each in entry["beneficiaries"]] == ["Ben"]
    found = await ben.api().does("GET", f"/contributions?who={to_text(ben.office.me)}&coauthored=true")
    assert [each["id"] for each in found["items"]] == [written["id"]]
    assert (await ben.api().does("GET", "/contributions?mine=true"))["items"] == []


async def test_who_is_named_takes_exactly_their_part(two: tuple[Node, Node]) -> None:
    api = two[0].api()
    shares = [{"who": "me", "part": 2}, {"who": "ben", "part": 1}]
    entry = await shown(api, {**HOUR, "network": "studio", "shares": shares})
    assert sorted(each["part"] for each in entry["shares"]) == [1, 2]  # type: ignore[attr-defined]  # JSON
    for parts in ([1000], [500, 600]):
        wanted = [{"who": who, "part": part} for who, part in zip(("ben", "me"), parts, strict=False)]
        problem = await api.refuses("POST", "/contributions", {**HOUR, "network": "studio", "shares": wanted})
        assert f"add up to {sum(parts)} of 1000" in problem["detail"]


async def test_an_entry_is_shared_with_all_that_was_said_as_it_counts_now(two: tuple[Node, Node]) -> None:
    api = two[0].api()
    said = {"comp": "deferred", "stream": "care", "licence": "MIT", "warrants": ["own_work"], "classes": ["x"]}
    body = {**HOUR, **said, "value": EUR, "evidence": [FILE], "shares": [{"who": "ben", "part": 10}]}
    first = await shown(api, {**body, "beneficiaries": ["ben"]})
    await api.does("POST", f"/contributions/{first['id']}/correct", {"value": {**EUR, "amt": 100}})
    written = await api.does("POST", f"/contributions/{first['id']}/share", {"network": "studio"})
    again = await api.does("GET", f"/contributions/{written['id']}")
    alike = (*said, "evidence", "shares", "beneficiaries", "quantity", "authors")
    assert {name: again[name] for name in alike} == {name: first[name] for name in alike}
    assert (again["value"]["amt"], again["corrected"], again["of"][:2]) == (100, False, "03")


async def test_a_value_is_corrected_in_its_currency_only(api: Api) -> None:
    worth = await shown(api, {**HOUR, "value": EUR})
    path = f"/contributions/{worth['id']}/correct"
    await api.does("POST", path, {"value": {"amt": 0, "cur": "EUR"}})
    corrected = await api.does("GET", f"/contributions/{worth['id']}")
    assert (corrected["value"]["amt"], corrected["corrected"], corrected["seconds"]) == (0, True, 3600)
    refused = {"code": "exists"}, {"code": "bad-request"}, {"code": "bad-request"}
    for amount, problem in zip(((0, "EUR"), (5, "USD"), (2**53, "EUR")), refused, strict=True):
        wanted = {"value": {"amt": amount[0], "cur": amount[1]}}
        assert (await api.refuses("POST", path, wanted))["code"] == problem["code"]
    plain = await shown(api, HOUR)
    problem = await api.refuses("POST", f"/contributions/{plain['id']}/correct", {"value": EUR})
    assert "names no value" in problem["detail"]
    both = await api.refuses("POST", path, {"value": EUR, "seconds": 1, "quantity": {"n": 1, "s": 0, "u": "C62"}})
    assert both["code"] == "bad-request"


async def test_lists_are_narrowed_by_kind_and_terms(api: Api) -> None:
    await api.does("POST", "/contributions", {**HOUR, "kind": "care", "stream": "love", "comp": "gift"})
    await api.does("POST", "/contributions", HOUR)
    for query in ("kind=care", "stream=love", "comp=gift", "kind=care&comp=gift&mine=true&who=Ana"):
        items = (await api.does("GET", f"/contributions?{query}"))["items"]
        assert [each["kind"] for each in items] == ["care"], query
    assert (await api.does("GET", "/contributions?coauthored=true"))["items"] == []
    for query in ("kind=fun", "stream=hate", "comp=free"):
        assert (await api.refuses("GET", f"/contributions?{query}"))["code"] == "bad-request"


async def test_a_list_of_what_somebody_made_is_paged_in_one_order(two: tuple[Node, Node]) -> None:
    ana, ben = two
    shares = [{"who": "ana", "part": 1}]
    signed = []
    for number in range(6):
        node, said = (ana, {}) if number % 2 else (ben, {"shares": shares})
        written = await node.api().does("POST", "/contributions", {**HOUR, **said, "network": "studio"})
        signed.append(written["id"])
    await ana.learns(lambda: ana.office.lookups.contribution(from_text(signed[-2])))
    found, path = [], "/contributions?who=ana&limit=2"
    while path:
        page = await ana.api().does("GET", path)
        found += [item["id"] for item in page["items"]]
        path = f"/contributions?who=ana&limit=2&cursor={page['next']}" if page["next"] else ""
    assert (found, len(found)) == (sorted(found, key=signed.index, reverse=True), 6)


async def test_sums_are_exact_and_never_mixed(api: Api) -> None:
    for body in (
        HOUR,
        {"title": "x", "quantity": {"n": 15, "s": 1, "u": "HUR"}},
        {"title": "x", "quantity": {"n": 25, "s": 1, "u": "KGM"}, "value": EUR},
        {"title": "x", "quantity": {"n": 3, "s": 0, "u": "KGM"}, "value": {"amt": 1, "cur": "EUR"}},
        {"title": "x", "kind": "money", "value": {"amt": 1000, "cur": "JPY"}},
    ):
        await api.does("POST", "/contributions", body)
    gone = await api.does("POST", "/contributions", HOUR)
    await api.does("POST", f"/contributions/{gone['id']}/retract", {"reason": "error"})
    sums = await api.does("GET", "/contributions/sums?who=ana")
    amounts = {(each["quantity"]["u"], each["contributions"]): each["quantity"] for each in sums["quantities"]}
    assert amounts == {
        ("SEC", 2): {"n": 9000, "s": 0, "u": "SEC"},
        ("KGM", 2): {"n": 55, "s": 1, "u": "KGM"},
    }
    values = [(each["value"]["amt"], each["value"]["cur"], each["contributions"]) for each in sums["values"]]
    assert (values, sums["contributions"], sums["more"]) == ([(38_541, "EUR", 2), (1000, "JPY", 1)], 5, False)
    assert (await api.does("GET", "/contributions/sums?kind=care"))["contributions"] == 0


def test_what_is_told_of_kinds_is_what_the_protocol_has() -> None:
    from meshnode.cli.contributions import adding, terms

    assert set(adding.KINDS) == set(value.KINDS)
    assert (terms.COMPENSATIONS, terms.STREAMS, terms.WARRANTS, terms.ALL) == (
        value.COMPENSATIONS, value.STREAMS, value.WARRANTS, value.SHARES_TOTAL,
    )  # fmt: skip


async def test_everybody_who_made_it_is_thanked_and_sees_it(two: tuple[Node, Node]) -> None:
    ana, ben = two
    body = {**HOUR, "network": "studio", "shares": [{"who": "ben", "part": 300}]}
    written = await ana.api().does("POST", "/contributions", body)
    own = await ana.api().does("POST", f"/contributions/{written['id']}/thank", {"text": "to Ben", "kind": "kudos"})
    await ben.learns(lambda: ben.office.lookups.views.of(RecognitionRow, from_text(own["id"])))
    (said,) = (await ben.api().does("GET", f"/recognitions?for={written['id']}&to=me&by=ana"))["items"]
    assert (said["agent"]["name"], [each["name"] for each in said["to"]]) == ("Ana", ["Ben"])
    assert (said["kind"], said["text"], said["title"]) == ("kudos", "to Ben", "Landing page")
    assert (said["target"], said["scope"]["name"]) == (written["id"], "studio")
    assert (await ben.api().does("GET", "/recognitions?by=me"))["items"] == []
    await ben.api().does("POST", f"/contributions/{written['id']}/thank", {"kind": "skill", "skill": "design"})
    page = await ben.api().does("GET", "/recognitions?limit=1")
    rest = await ben.api().does("GET", f"/recognitions?limit=1&cursor={page['next']}")
    assert [each["kind"] for each in page["items"] + rest["items"]] == ["skill", "kudos"]
    assert rest["next"] is None


async def test_work_that_is_shared_from_the_notebook_is_added_up_once(api: Api) -> None:
    await api.does("POST", "/networks", {"name": "studio", "join": "open"})
    own = await shown(api, {**HOUR, "network": "notebook"})
    copy = (await api.does("POST", f"/contributions/{own['id']}/share", {"network": "studio"}))["id"]
    found = (await api.does("GET", "/contributions/sums"), await api.does("GET", "/contributions/hours?by=project"))
    assert (found[0]["contributions"], [each["seconds"] for each in found[1]["items"]]) == (1, [own["seconds"]])
    listed = {each["id"]: each["shared_from"] for each in (await api.does("GET", "/contributions"))["items"]}
    assert listed == {own["id"]: "", copy: own["id"]}
    await api.does("POST", f"/contributions/{copy}/correct", {"quantity": {"n": 5, "s": 1, "u": "HUR"}})
    found = (await api.does("GET", "/contributions/sums"), await api.does("GET", "/contributions/hours?by=project"))
    assert (found[0]["contributions"], [each["seconds"] for each in found[1]["items"]]) == (1, [1800])
    share = f"/contributions/{own['id']}/share"
    assert "was shared there already" in (await api.refuses("POST", share, {"network": "studio"}))["detail"]
    await api.does("POST", f"/contributions/{copy}/retract", {})
    await api.does("POST", share, {"network": "studio"})


async def test_work_for_a_project_of_another_network_is_told_and_found_by_it(api: Api) -> None:
    for name in ("studio", "choir"):
        await api.does("POST", "/networks", {"name": name, "join": "open"})
    project = await api.does("POST", "/projects", {"title": "Atlas", "network": "choir"})
    own = await shown(api, {**HOUR, "network": "studio", "project": project["id"]})
    assert own["project"] == {"id": project["id"], "title": "Atlas", "slug": "atlas"}
    (told,) = (await api.does("GET", "/contributions/hours?by=project"))["items"]
    assert (told["name"], told["seconds"]) == ("Atlas", own["seconds"])
    (who,) = (await api.does("GET", f"/contributions/hours?by=agent&project={told['of']}"))["items"]
    assert who["seconds"] == own["seconds"]
    assert (await api.refuses("GET", f"/contributions?project={'0' * 66}z"))["code"] == "unknown-project"
    assert (await api.does("GET", f"/contributions?project={'0' * 66}"))["items"] == []


async def test_a_file_that_shows_two_entries_is_told_with_one(api: Api) -> None:
    one = await shown(api, {**HOUR, "evidence": [FILE]})
    two = await shown(api, {**HOUR, "title": "Again", "evidence": [FILE, FILE]})
    assert two["doubles"] == [one["id"]]
    assert [each["doubles"] for each in (await api.does("GET", "/contributions"))["items"]] == [[], []]


async def test_odd_facts_of_a_peer_are_told_as_they_are_and_never_added_to_others(two: tuple[Node, Node]) -> None:
    ana, ben = two
    network = await ana.office.find_network("studio")
    facts = value.contribution(
        kind="money",
        qty=value.Measure(MAX_INT, 6, "ZZZ"),
        when=("0001-01-01", "9999-12-31"),
        value=value.Money(MAX_INT, "ZZZZZZZZZZZZ"),
        shares={ana.office.me: 999, ben.office.me: 1},
        classified_as=["=x"] * 256,
        evidence=[value.Evidence(bytes([number]) * 32, MAX_INT, "a/b") for number in range(200)],
    )
    draft = Draft(network, "contribution", facts, {"title": "\x1b[2Jx", "text": 5, "batch": []})
    (odd,) = await ben.office.node.write([draft])
    await ana.api().does("POST", "/contributions", {**HOUR, "network": "studio", "value": EUR})
    await ana.learns(lambda: ana.office.lookups.contribution(odd))
    entry = await ana.api().does("GET", f"/contributions/{to_text(odd)}")
    assert entry["value"] == {"amt": MAX_INT, "cur": "ZZZZZZZZZZZZ", "exp": None}
    assert (len(entry["classes"]), len(entry["evidence"]), entry["text"], entry["doubles"]) == (256, 200, "", [])
    items = (await ana.api().does("GET", "/contributions?network=studio&kind=money"))["items"]
    assert [(len(each["classes"]), len(each["evidence"])) for each in items] == [(16, 16)]
    values = (await ana.api().does("GET", "/contributions/sums?network=studio"))["values"]
    assert {each["value"]["cur"]: each["value"]["amt"] for each in values} == {"ZZZZZZZZZZZZ": MAX_INT, "EUR": 38_540}

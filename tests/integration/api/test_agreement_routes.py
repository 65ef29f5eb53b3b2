"""Agreements through the local APIs of whole nodes: proposed, signed, declined, amended, ended."""

from functools import partial
from typing import Any

import trio

from meshproto.records.ids import from_text
from tests.support.bargains import meets
from tests.support.meshes import Api, Mesh, Node, until
from tests.support.patience import DEADLINE

HOURS = {"cur": "EUR", "steps": [{"do": "pro_rata", "weights": [{"unit": "HUR"}]}]}


def terms(*parties: str, **more: Any) -> dict[str, Any]:
    """Terms between some people: those named client are that, the others provide."""
    roles = [{"who": who, "roles": ["client" if who == "Client" else "provider"]} for who in parties]
    return {"title": "Logo", "parties": roles, **more}


def is_in_force(node: Node, version: str) -> bool:
    found = node.office.lookups.version(_id(version))
    return found is not None and found.state == "in_force"


async def comes_to(node: Node, agreement: str, state: str = "proposed") -> Any:
    """Wait until an agreement is here with its title, in a state."""
    api = node.api()

    async def states() -> dict[str, str]:
        found = (await api.does("GET", "/agreements?all=true"))["items"]
        return {each["id"]: each["state"] for each in found if each["title"]}

    with trio.fail_after(DEADLINE):
        while (await states()).get(agreement) != state:
            await node.office.projector.after_pass(node.office.projector.passes)
    return await api.does("GET", f"/agreements/{agreement}")


async def refusal(api: Api, **wish: object) -> tuple[str, str]:
    problem = await api.refuses("POST", "/agreements", {**terms("me"), **wish})
    return problem["code"], problem["detail"]


async def test_two_people_and_a_client_of_no_network_agree(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben, mesh.node("client") as client:
        for other in (ben, client):
            await meets(ana, other)
        wish = terms("me", "Ben", "Client", equation=HOURS, worth={"amt": 500_000, "cur": "EUR"})
        made = await ana.api().does("POST", "/agreements", wish, key="a1")
        again = await ana.api().does("POST", "/agreements", wish, key="a1")
        assert (again["id"], made["state"], len(made["versions"])) == (made["id"], "proposed", 1)
        assert [each["state"] for each in made["signatures"] if each["agent"]["me"]] == ["signed"]
        for node in (ben, client):
            shown = await comes_to(node, made["id"])
            assert shown["awaits"] == [made["id"]]
            wish = {"seen": shown["seen"]}
            signed = await node.api().does("POST", f"/agreements/{made['id']}/signatures", wish)
            assert [each["state"] for each in signed["signatures"] if each["agent"]["me"]] == ["signed"]
        for node in (ana, ben, client):
            shown = await comes_to(node, made["id"], "in_force")
            assert (shown["says"], shown["title"], shown["worth"]["amt"]) == ("in force", "Logo", 500_000)
            assert {each["agent"]["name"] for each in shown["signatures"]} == {"Ana", "Ben", "Client"}


async def test_a_change_takes_the_signatures_of_all_and_lists_what_it_changes(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        await meets(ana, ben)
        made = await ana.api().does("POST", "/agreements", terms("me", "Ben"))
        await comes_to(ben, made["id"])
        await ben.api().does("POST", "/agreements/logo/signatures", {})
        await comes_to(ana, made["id"], "in_force")
        income = {"agreement": "logo", "gross": {"amt": 100, "cur": "EUR"}}
        assert "shares no money" in (await ana.api().refuses("POST", "/incomes", income))["detail"]
        wish = {"worth": {"amt": 100_000, "cur": "EUR"}, "equation": HOURS, "drop": ["until"]}
        change = await ana.api().does("POST", "/agreements/logo/versions", wish)
        assert change["state"] == "proposed"
        told = [line for section in change["changes"] for line in section["lines"]]
        assert "+ Worth up to 1,000.00 EUR." in told
        assert [each["name"] for each in change["versions"][-1]["awaited"]] == ["Ben"]
        assert (await ana.api().does("GET", "/agreements/logo"))["version"] == made["id"]
        declined = {"decision": "decline", "text": "Too little", "version": change["version"]}
        await ben.learns(lambda: ben.office.lookups.version(_id(change["version"])) is not None)
        shown = await ben.api().does("POST", "/agreements/logo/signatures", declined)
        assert [(each["state"], each["text"]) for each in shown["signatures"] if each["agent"]["me"]] == [
            ("declined", "Too little")
        ]
        await ben.api().does("POST", "/agreements/logo/signatures", {"version": change["version"]})
        await comes_to(ana, made["id"], "in_force")
        await ana.learns(partial(is_in_force, ana, change["version"]))
        end = await ana.api().does("POST", "/agreements/logo/end", {"until": "9998-01-31"})
        await ben.learns(lambda: ben.office.lookups.version(_id(end["version"])) is not None)
        await ben.api().does("POST", "/agreements/logo/signatures", {})
        over = await comes_to(ana, made["id"], "ended")
        assert over["says"] == "ended: no work or income after 9998-01-31 belongs to it"
        late = {**income, "gross": {"amt": 100, "cur": "EUR"}, "on": "9998-02-01"}
        assert (await ana.api().refuses("POST", "/incomes", late))["detail"] == (
            "this agreement ends on 9998-01-31: what comes in, or goes back, on 9998-02-01 would never be shared under"
            " it"
        )
        await ana.api().does("POST", "/incomes", {**late, "on": "9998-01-31"})
        assert (await ana.api().does("GET", "/agreements"))["items"] == []
        await ana.api().does("POST", "/agreements", {**terms("me", "Ben"), "sign": False})
        await ana.office.projector.caught_up()
        assert (await ana.api().does("GET", "/agreements/logo"))["id"] == made["id"]  # the one that all have signed


async def test_terms_that_make_no_agreement_are_refused_with_the_path_and_the_reason(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        api = ana.api()
        assert await refusal(api, parties=None) == (
            "bad-request",
            "an agreement has parties: say who, and what they are",
        )
        assert await refusal(api, ack={"min": 5}) == (
            "bad-request",
            "ack.min: so many cannot confirm: there are fewer who may (I-RULE)",
        )
        wrong = {"cur": "EUR", "steps": [{"do": "shares", "parts": [["me", 2000]]}]}
        assert await refusal(api, equation=wrong) == (
            "bad-request",
            "equation.steps[0].parts[0][1]: this value is not allowed there (I-VALUE)",
        )
        unknown = {"results": {"licence": "MIT OR GPL-3.0-olny"}}
        assert (await refusal(api, rights=unknown))[1] == (
            "rights.results.licence: 'GPL-3.0-olny' is no licence known here (did you mean GPL-3.0-only?)"
        )
        for name, value in {"doc": "abc", "drop": ["parties"], "title": "", "approval": 7, "covers": ["x"]}.items():
            assert (await refusal(api, **{name: value}))[0] in ("bad-request", "unknown-project")
        assert (await refusal(api, parties=[{"who": "Nobody", "roles": ["client"]}]))[0] == "not-found"
        assert (await refusal(api, worth={"amt": 2**60, "cur": "EUR"}))[0] == "bad-request"


MISTYPED: list[tuple[dict[str, Any], str]] = [
    ({"partys": []}, "Object contains unknown field `partys` (did you mean 'parties'?)"),
    (
        {"parties": [{"who": "me", "role": []}]},
        "Object contains unknown field `role` (did you mean 'roles'?) - at `$.parties[0]`",
    ),
    (
        {"late": "nxt"},
        "late: this value is not allowed there, as 'nxt' is none of next, catch_up, exclude (did you mean 'next'?) "
        "(I-VALUE)",
    ),
    (
        {"parties": [{"who": "me", "roles": ["providr"]}]},
        "parties[0][1][0]: this value is not allowed there, as 'providr' is none of provider, client, holder, arbiter, "
        "commons (did you mean 'provider'?) (I-VALUE)",
    ),
    (
        {"equation": {"cur": "EUR", "steps": [{"do": "pro_rta"}]}},
        "equation.steps[0].do: this value is not allowed there, as 'pro_rta' is none of reimburse, fixed, percent, "
        "pro_rata, shares, equal, tiers, residual (did you mean 'pro_rata'?) (I-VALUE)",
    ),
    (
        {"equation": {"cur": "EUR", "steps": [{"do": "pro_rata", "weight": []}]}},
        "equation.steps[0].weight: there is no such key (did you mean 'weights'?) (Q-KEY)",
    ),
    (
        {"equation": {"cur": "EUR", "steps": [{"do": "pro_rata", "claim": "each"}]}},
        "equation.steps[0].claim: this value is not allowed there, as 'each' is none of once, until_paid (I-VALUE)",
    ),
    (
        {"equation": {"cur": "EUR", "steps": [{"do": "fixed", "claim": "eahc", "pay": []}]}},
        "equation.steps[0].claim: this value is not allowed there, as 'eahc' is none of each, once, until_paid "
        "(did you mean 'each'?) (I-VALUE)",
    ),
    (
        {"equation": {"cur": "EUR", "steps": [{"do": "tiers", "brackets": [{"steps": [{"do": "tiers"}]}]}]}},
        "equation.steps[0].brackets[0].steps[0].do: this value is not allowed there, as 'tiers' is none of reimburse, "
        "fixed, percent, pro_rata, shares, equal, residual (I-VALUE)",
    ),
    ({"title": "x", "zzz": 1}, "Object contains unknown field `zzz`"),
]


async def test_a_mistyped_term_is_answered_with_one_that_is_like_it(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        for wish, why in MISTYPED:
            assert (await refusal(ana.api(), **wish))[1] == why


async def test_what_nobody_waits_for_is_refused(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        await meets(ana, ben)
        api = ana.api()
        made = await api.does("POST", "/agreements", terms("me", "Ben", named=["Ben"], sign=False))
        assert [each["state"] for each in made["signatures"]] == ["", ""]
        sign = f"/agreements/{made['id']}/signatures"
        assert (await api.refuses("POST", sign, {"seen": "00"}))["code"] == "conflict"
        assert (await api.refuses("POST", sign, {"seen": "no"}))["code"] == "bad-request"
        assert (await api.refuses("POST", sign, {"decision": "object"}))["code"] == "bad-request"
        await api.does("POST", sign, {})
        assert "cannot be taken back" in (await api.refuses("POST", sign, {"decision": "decline"}))["detail"]
        assert (await api.refuses("GET", "/agreements/nothing"))["code"] == "not-found"


async def test_who_says_no_is_named_in_lists_and_says_it_once(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        await meets(ana, ben)
        made = await ana.api().does("POST", "/agreements", terms("me", "Ben"))
        await comes_to(ben, made["id"])
        sign, no = f"/agreements/{made['id']}/signatures", {"decision": "decline"}
        told = await ben.api().does("POST", sign, no)
        again = await ben.api().refuses("POST", sign, no)
        assert (again["code"], again["detail"]) == ("conflict", "you have declined it already")
        (listed,) = (await ben.api().does("GET", "/agreements"))["items"]
        assert (listed["state"], [each["name"] for each in listed["declined"]]) == ("proposed", ["Ben"])
        assert [[each["name"] for each in one["declined"]] for one in told["versions"]] == [["Ben"]]
        assert (await ben.api().does("POST", sign, {}))["state"] == "in_force"
        assert (await ben.api().does("GET", "/agreements"))["items"][0]["declined"] == []


async def agreed(mesh: Mesh, ana: Node, *others: Node, **more: Any) -> str:
    """Let Ana propose and everybody sign; the id of the agreement, in force at all."""
    for other in others:
        await meets(ana, other)
    names = [other.office.name(other.office.me) for other in others]
    made = await ana.api().does("POST", "/agreements", terms("me", *names, **more))
    for other in others:
        await comes_to(other, made["id"])
        await other.api().does("POST", "/agreements/logo/signatures", {})
    for each in (ana, *others):
        await comes_to(each, made["id"], "in_force")
    return str(made["id"])


async def test_whoever_goes_signs_that_where_all_must(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben, mesh.node("client") as client:
        await agreed(mesh, ana, ben, client)
        wish = {"leaves": [{"who": "Ben", "how": "good"}], "leaver": {"good": "once", "bad": "keep"}}
        change = await ana.api().does("POST", "/agreements/logo/versions", wish)
        assert change["says"] in ("proposed; waiting for Ben, Client", "proposed; waiting for Client, Ben")
        told = {each["agent"]["name"]: (each["state"], each["leaves"]) for each in change["signatures"]}
        assert told == {"Ana": ("signed", False), "Ben": ("", True), "Client": ("", False)}
        assert "Ben leaves, for good reason" in [line for one in change["sections"] for line in one["lines"]]
        version = change["version"]
        await client.learns(lambda: client.office.lookups.version(_id(version)) is not None)
        shown = await client.api().does("POST", "/agreements/logo/signatures", {"version": version})
        assert shown["says"] == "proposed; waiting for Ben"
        await ben.learns(lambda: ben.office.lookups.version(_id(version)) is not None)
        await ben.api().does("POST", "/agreements/logo/signatures", {"version": version})
        for node in (ana, ben, client):
            await node.learns(partial(is_in_force, node, version))
        again = await ana.api().does("POST", "/agreements/logo/versions", {"summary": "As it is"})
        assert "Ben leaves, for good reason" not in [line for one in again["sections"] for line in one["lines"]]


async def test_who_goes_leaves_nothing_behind_that_only_a_party_does(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben, mesh.node("client") as client:
        duty = {"to": "Client", "final": "Ben", "deputies": ["me"], "scope": "delivery"}
        shares = {"do": "shares", "parts": [["me", 500], ["Ben", 500]]}
        wish = {
            "responsibility": [duty],
            "ack": {"min": 1, "by": ["me", "Ben", "Client"]},
            "equation": {"cur": "EUR", "steps": [shares]},
        }
        await agreed(mesh, ana, ben, client, **wish)
        gone, path = {"leaves": [{"who": "Ben", "how": "good"}]}, "/agreements/logo/versions"
        own = await ben.api().refuses("POST", path, {"leaves": [{"who": "me", "how": "good"}]})
        assert own["hint"] == "let one of them run: meshnode agreement amend AGREEMENT --leaves 'Ben'"
        orphan = await ana.api().refuses("POST", path, gone)
        assert orphan["detail"] == "Ben answers to Client for delivery: say who does from now on"
        taken = {**gone, "responsibility": [{"to": "Client", "final": "me", "scope": "delivery"}]}
        change = await ana.api().does("POST", path, taken)
        assert change["warnings"] == [
            "Ben leaves, but what a step gives by that name goes on: change the equation, too"
        ]
        lines = [line for one in change["sections"] for line in one["lines"]]
        (confirming,) = [line for line in lines if line.startswith("Work counts once")]
        assert "Ben" not in confirming
        lost = await ana.api().does("POST", path, {"leaves": [{"who": "Client", "how": "bad"}]})
        assert not any("answers to" in line for one in lost["sections"] for line in one["lines"])


async def test_who_has_signed_a_proposal_is_told_how_to_replace_it(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        await meets(ana, ben)
        made = await ana.api().does("POST", "/agreements", terms("me", "Ben"))
        refused = await ana.api().refuses("POST", "/agreements/logo/signatures", {"decision": "decline"})
        assert refused["detail"].endswith("propose another version, and ask the others to decline this one")
        assert refused["hint"] == f"meshnode agreement amend {made['id']} --help"


async def test_what_somebody_gives_up_to_answer_for_is_shown_as_vacant(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("client") as client:
        await agreed(mesh, ana, client, responsibility=[{"to": "Client", "final": "me", "scope": "delivery"}])
        sign, gone = "/agreements/logo/signatures", "nobody answers to Client for delivery any more"
        assert "cannot be taken back" in (await client.api().refuses("POST", sign, {"decision": "decline"}))["detail"]
        shown = await ana.api().does("POST", sign, {"decision": "decline", "text": "I am ill"})
        assert shown["state"] == "in_force"
        assert [gone in each for each in shown["warnings"]] == [True]
        again = await ana.api().refuses("POST", sign, {"decision": "decline"})
        assert again["detail"] == "you have given up already what you answered for by it"
        assert (await ana.api().does("POST", sign, {}))["warnings"] == []
        assert "cannot be taken back" in (await client.api().refuses("POST", sign, {}))["detail"]


async def test_of_two_who_answer_together_the_last_leaves_nobody_and_all_are_told(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben, mesh.node("client") as client:
        duty = {"to": "Client", "scope": "delivery", "liability": "joint_and_several"}
        duties = [{**duty, "final": who} for who in ("me", "Ben")]
        await agreed(mesh, ana, ben, client, responsibility=duties)
        sign, no = "/agreements/logo/signatures", {"decision": "decline"}
        first = await ana.api().does("POST", sign, no)
        assert (first["says"], first["warnings"]) == ("in force", [])
        again = await ana.api().refuses("POST", sign, no)
        assert again["detail"] == "you have given up already what you answered for by it"
        last = await ben.api().does("POST", sign, no)
        told = "nobody answers to Client for delivery any more"
        assert (last["says"], [told in each for each in last["warnings"]]) == (f"in force, but {told}", [True])

        async def said() -> str:
            await client.office.projector.caught_up()
            return str((await client.api().does("GET", "/agreements/logo"))["says"])

        await until(said, f"in force, but {told}")


def _id(text: str) -> bytes:
    return from_text(text)

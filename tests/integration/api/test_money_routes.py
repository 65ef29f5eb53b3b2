"""Money under an agreement through the local APIs of whole nodes: from work to a confirmed payment."""

from pathlib import Path
from typing import Any

import pytest

from meshnode.core import writing
from meshnode.core.drafts import Draft
from meshnode.core.summing import with_sums
from meshproto.bundle.report import verify_bundle
from meshproto.records.ids import from_text, to_text
from tests.support.bargains import table
from tests.support.meshes import Api, Mesh


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path)


def named(lines: list[dict[str, Any]]) -> dict[str, int]:
    return {line["agent"]["name"]: line["amt"] for line in lines}


async def waits(api: Api) -> list[str]:
    return [each["kind"] for each in (await api.does("GET", "/inbox"))["items"]]


async def test_work_becomes_a_confirmed_payment(mesh: Mesh) -> None:
    async with table(mesh, "ana", "ben", clients=["cy"], income_confirm="client") as all_:
        work = await all_.works("ana", "Design", 3, "ben")
        await all_.works("ben", "Code", 1, "ana")
        told = await all_["ben"].does("GET", f"/contributions/{work}/evaluation")
        assert (told["state"], told["reason"], told["confirming"], told["needed"]) == ("acknowledged", "", 1, 1)
        income = await all_.income("ana", 100_001, tax=21_000, payer="client")
        assert await waits(all_["cy"]) == ["confirm-income"]
        early = await all_["ana"].refuses("POST", "/distributions/preview", {"agreement": "Acme site"})
        assert (early["code"], early["detail"]) == ("conflict", "no confirmed income is left to share")
        assert early["hint"] == f"meshnode income show {income}"
        assert (await all_["cy"].does("GET", "/incomes"))["items"][0]["may_confirm"]
        confirmed = await all_["cy"].does("POST", f"/incomes/{income}/answers", {})
        assert (confirmed["state"], [each["name"] for each in confirmed["confirmed_by"]]) == ("confirmed", ["Cy"])
        await all_.stands(from_text(income), "confirmed")
        shared = await all_.shares("ben", "ana", "ben")
        assert (shared["state"], named(shared["lines"])) == ("effective", {"Ana": 75_001, "Ben": 25_000})
        owed = await all_["ben"].does("GET", "/plan?agreement=Acme site")
        assert [(each["payer"]["name"], each["payee"]["name"], each["amount"]["amt"]) for each in owed["items"]] == [
            ("Ana", "Ben", 25_000)
        ]
        wish = {"agreement": "Acme site", "amount": {"amt": 25_000, "cur": "EUR"}, "payee": "Ben"}
        paid = await all_["ana"].does("POST", "/settlements", wish)
        await all_.come(paid["id"])
        assert (await all_["ben"].does("GET", "/settlements"))["items"][0]["may_confirm"]
        assert await waits(all_["ben"]) == ["confirm-payment"]
        await all_["ben"].does("POST", f"/settlements/{paid['id']}/answers", {})
        await all_.stands(from_text(paid["id"]), "confirmed")
        assert (await all_["cy"].does("GET", "/plan"))["items"] == []
        told = [await all_[name].does("GET", "/statements?person=Ben") for name in ("ana", "ben", "cy")]
        assert len({each["digest"] for each in told}) == 1
        (account,) = told[0]["accounts"]
        entries = [(each["kind"], each["after"]) for each in account["entries"]]
        assert entries == [("share", 25_000), ("received", 0)]


async def test_an_amount_is_explained_down_to_signatures(mesh: Mesh) -> None:
    async with table(mesh, "ana", "ben") as all_:
        work = await all_.works("ben", "Code", 2, "ana")
        await all_.income("ana", 1000)
        shared = await all_.shares("ana", "ana", "ben")
        found = await all_["ben"].does("GET", f"/distributions/{shared['id']}/explanation?person=Ben")
        assert found["digest"] == shared["digest"]
        (line,) = found["lines"]
        (cause,) = line["causes"]
        (behind,) = cause["behind"]
        assert (behind["id"], behind["title"], behind["signature"]["holds"]) == (work, "Code", True)
        (word,) = behind["words"]
        assert (word["agent"]["name"], word["figure"], word["signatures"][0]["holds"]) == ("Ana", "7200", True)
        assert (cause["parts"][0]["weight"], cause["amount"], line["amt"]) == ("1", 1000, 1000)
        nobody = await all_["ben"].does("GET", f"/distributions/{shared['id']}/explanation?person=Ana")
        assert nobody["lines"] == []


async def test_how_final_a_distribution_is_depends_on_how_many_suffice(mesh: Mesh) -> None:
    async with table(mesh, "ana", "ben", "cy", approval=2) as all_:
        await all_.works("ben", "Code", 2, "ana")
        await all_.income("ana", 1000)
        shared = await all_.shares("ana", "ana", "ben")
        assert shared["says"] == (
            "in force: 2 of 3 approve, 2 suffice; another would contest it only if one of them approved both, which is "
            "proof against them"
        )
        await all_["cy"].does("POST", f"/distributions/{shared['id']}/approvals", {})
        told = await all_["cy"].does("GET", f"/distributions/{shared['id']}")
        assert told["says"] == "in force, and approved by all: nothing can take its place"
    async with table(mesh, "kim", "lea", approval=1) as all_:
        await all_.works("lea", "Code", 2, "kim")
        await all_.income("kim", 1000)
        shared = await all_.shares("kim", "kim")
        assert shared["says"].endswith("the others could approve another for the same money, which would contest it")


async def test_two_that_are_both_approved_contest_each_other(mesh: Mesh) -> None:
    async with table(mesh, "ana", "ben") as all_:
        await all_.works("ben", "Code", 2, "ana")
        await all_.income("ana", 1000)
        first = await all_.shares("ana")
        second = await all_.shares("ben", beside=True, to="2026-12-31")
        for made in (first, second):
            for each in ("ana", "ben"):
                await all_[each].does("POST", f"/distributions/{made['id']}/approvals", {})
        for made in (first, second):
            await all_.stands(from_text(made["id"]), "contested")
        told = await all_["ben"].does("GET", f"/distributions/{first['id']}")
        assert (told["reason"], told["causes"]) == ("R-RIVAL", [second["id"]])
        assert told["says"].startswith("another was approved for the same money, too")
        why = await all_["ben"].does("GET", f"/records/{first['id']}/why")
        assert "neither counts before one is picked" in why["text"]
        mine = await all_["ben"].does("GET", "/statements")
        assert [each["kind"] for each in mine["accounts"][0]["entries"]] == ["contested", "contested"]
        assert mine["accounts"][0]["closing"]["open"] == 0


async def test_what_came_late_is_shared_again_with_the_consent_of_who_loses(mesh: Mesh) -> None:
    async with table(mesh, "ana", "ben", "cy", approval=1) as all_:
        await all_.works("ben", "Code", 2, "ana", day="2026-03-09")
        await all_.income("ana", 900)
        first = await all_.shares("ana", "ana")
        late = await all_.works("cy", "Calls", 1, "ana", day="2026-03-09")
        nothing = await all_["ana"].refuses("POST", "/distributions/preview", {"agreement": "Acme site"})
        assert nothing["hint"] == "meshnode income add --help"
        again = await all_.shares("ana", reopens=first["id"])
        assert (again["reopens"], named(again["lines"])) == (first["id"], {"Ben": -300, "Cy": 300})
        assert (await waits(all_["cy"]), await waits(all_["ben"])) == (["approve"], ["approve"])
        await all_["ana"].does("POST", f"/distributions/{again['id']}/approvals", {})
        told = await all_["ana"].does("GET", f"/distributions/{again['id']}")
        assert (told["state"], "Ben" in told["says"]) == ("proposed", True)
        await all_["ben"].does("POST", f"/distributions/{again['id']}/approvals", {})
        await all_.stands(from_text(again["id"]), "effective")
        why = await all_["cy"].does("GET", f"/distributions/{again['id']}/explanation?person=Cy")
        (cause,) = why["lines"][0]["causes"]
        assert (cause["distribution"], cause["amount"], [each["id"] for each in cause["behind"]]) == (
            first["id"],
            300,
            [late],
        )
        with_incomes = {"agreement": "Acme site", "reopens": first["id"], "incomes": first["incomes"]}
        assert (await all_["ana"].refuses("POST", "/distributions/preview", with_incomes))["code"] == "bad-request"


async def test_a_refund_of_what_was_not_shared_is_refused(mesh: Mesh) -> None:
    async with table(mesh, "ana", "ben") as all_:
        income = await all_.income("ana", 1000)
        back = await all_.income("ana", 400, refunds=income)
        wish = {"agreement": "Acme site", "incomes": [back]}
        void = await all_["ana"].refuses("POST", "/distributions/preview", wish)
        assert (void["code"], void["detail"][:30]) == ("conflict", "it would be void: it shares an")
        blind = await all_["ana"].refuses("POST", "/distributions", {**wish, "digest": "00" * 32})
        assert (blind["code"], blind["detail"]) == ("conflict", "it would be void for ever (D-INCOME)")


async def test_who_approves_is_told_of_what_the_cut_does_not_know(mesh: Mesh) -> None:
    async with table(mesh, "ana", "ben") as all_:
        await all_.works("ben", "Code", 2, "ana")
        await all_.income("ana", 1000)
        shared = await all_.shares("ana")
        late = await all_.works("ben", "More code", 1)
        assert (await waits(all_["ana"]), await waits(all_["ben"])) == (["approve", "attest"], ["approve"])
        said = await all_["ana"].does("POST", "/attestations", {"contribution": late})
        await all_.come(said["attestations"][-1]["id"])
        seen = await all_["ben"].does("GET", f"/distributions/{shared['id']}")
        assert [each["id"] for each in seen["outside"]["contributions"]] == [late]
        assert (seen["state"], seen["reason"], seen["may_approve"]) == ("proposed", "T-MISSING", True)
        either = ("0 of 2 approvals so far, waiting for Ana, Ben", "0 of 2 approvals so far, waiting for Ben, Ana")
        assert seen["says"] in either  # by their ids
        wish = {"agreement": "Acme site"}
        again = await all_["ben"].refuses("POST", "/distributions/preview", wish)
        assert again["code"] == "exists"
        beside = await all_["ben"].does("POST", "/distributions/preview", {**wish, "beside": True})
        assert beside["entered"] == 2
        stale = {**wish, "beside": True, "digest": "00" * 32}
        moved = await all_["ben"].refuses("POST", "/distributions", stale)
        assert (moved["code"], moved["detail"]) == ("conflict", "more has come in since, and another sum comes of it")


async def test_a_rejection_a_correction_and_a_declined_share_are_told(mesh: Mesh) -> None:
    async with table(mesh, "ana", "ben", "cy") as all_:
        shares = [{"who": "Ben", "part": 500}]
        work = await all_.works("ana", "Design", 4, shares=shares)
        told = await all_["ben"].does("POST", f"/contributions/{work}/shares", {"answer": "decline"})
        assert [(each["agent"]["name"], each["answer"]) for each in told["shares"] if each["answer"]] == [
            ("Ben", "decline")
        ]
        own = await all_["ana"].refuses("POST", "/attestations", {"contribution": work})
        assert (own["code"], "A-SELF" in own["detail"]) == ("bad-request", True)
        no = await all_["cy"].does("POST", "/attestations", {"contribution": work, "reject": True, "note": "not seen"})
        assert (no["state"], no["attestations"][0]["note"]) == ("rejected", "not seen")
        some = await all_["cy"].does("POST", "/attestations", {"contribution": work, "seconds": 7200, "rating": 4})
        assert (some["state"], some["confirmed"]) == ("acknowledged", {"n": 7200, "s": 0, "u": "SEC"})
        assert [each["counts"] for each in some["attestations"]].count(True) == 1
        await all_["ana"].does("POST", f"/contributions/{work}/correct", {"seconds": 3600})
        less = await all_["ana"].does("GET", f"/contributions/{work}/evaluation")
        assert less["confirmed"] == {"n": 3600, "s": 0, "u": "SEC"}
        await all_["ana"].does("POST", f"/contributions/{work}/retract", {})
        gone = await all_["ana"].does("GET", f"/contributions/{work}/evaluation")
        assert (gone["state"], gone["may_attest"]) == ("retracted", False)


async def test_ballots_keep_within_their_budget(mesh: Mesh) -> None:
    equation = {"cur": "EUR", "steps": [{"do": "pro_rata", "mix": [{"part": [1, 1], "ballots": "round"}]}]}
    ballots = {"budget": 50, "rounds": ["spring"]}
    async with table(mesh, "ana", "ben", "cy", value_equation=equation, ballots=ballots) as all_:
        wish = {"agreement": "Acme site", "points": [{"who": "Ben", "points": 30}, {"who": "Cy", "points": 30}]}
        much = await all_["ana"].refuses("POST", "/ballots", wish)
        assert (much["detail"], much["hint"]) == (
            "60 points are more than the 50 of a round: it would not count",
            "give 10 less",
        )
        for wrong, why in {"sprng": "there is no round 'sprng' (did you mean 'spring'?)"}.items():
            assert (await all_["ana"].refuses("POST", "/ballots", {**wish, "round": wrong}))["detail"] == why
        near = await all_["ana"].refuses("POST", "/ballots", {**wish, "points": [{"who": "Bne", "points": 1}]})
        assert near["detail"] == "nobody is known here as 'Bne' (yet) (did you mean 'Ben'?)"
        for bad in ([{"who": "Ana", "points": 1}], [{"who": "Ben", "points": 1}, {"who": "Ben", "points": 1}]):
            assert (await all_["ana"].refuses("POST", "/ballots", {**wish, "points": bad}))["code"] == "bad-request"
        assert (await all_["ana"].refuses("POST", "/ballots", {**wish, "round": "fall"}))["code"] == "bad-request"
        first = await all_["ana"].does("POST", "/ballots", {**wish, "points": [{"who": "Cy", "points": 5}]})
        await all_.come(first["id"])
        second = await all_["ana"].does("POST", "/ballots", {**wish, "points": [{"who": "Ben", "points": 20}]})
        assert (second["round"], second["budget"], second["left"]) == ("spring", 50, 30)
        await all_.come(second["id"])
        cast = (await all_["ben"].does("GET", "/ballots?agreement=Acme site&round=spring"))["items"]
        assert {each["id"]: each["counts"] for each in cast} == {first["id"]: False, second["id"]: True}
        await all_.income("ana", 900)
        assert named((await all_.shares("ana"))["lines"]) == {"Ben": 900}


async def test_a_refund_gives_back_and_the_same_invoice_twice_is_shown(mesh: Mesh) -> None:
    async with table(mesh, "ana", "ben") as all_:
        await all_.works("ben", "Code", 2, "ana")
        invoice = "ab" * 32
        income = await all_.income("ana", 1000, invoice=invoice)
        twice = await all_.income("ana", 1000, invoice=invoice)
        listed = {each["id"]: each["doubles"] for each in (await all_["ben"].does("GET", "/incomes"))["items"]}
        assert listed == {income: [twice], twice: [income]}
        first = await all_.shares("ana", "ana", "ben", incomes=[income])
        assert (await all_["ana"].does("GET", f"/incomes/{income}"))["shared_by"] == [first["id"]]
        wish = {"agreement": "Acme site", "gross": {"amt": 2000, "cur": "EUR"}, "refunds": income}
        assert (await all_["ana"].refuses("POST", "/incomes", wish))["detail"] == "that is more than came in"
        assert (await all_["ben"].refuses("POST", "/incomes", wish))[
            "detail"
        ] == "only who holds an income gives it back"
        back = await all_.income("ana", 400, refunds=income)
        given = await all_.shares("ana", "ana", "ben", incomes=[back])
        assert (given["pool"]["amt"], named(given["lines"])) == (-400, {"Ben": -400})
        assert (await all_["ben"].does("GET", "/statements"))["accounts"][0]["closing"]["open"] == 600


async def test_earlier_work_is_taken_in_and_strangers_may_not(mesh: Mesh) -> None:
    async with table(mesh, "ana", "ben") as all_, mesh.node("eve") as eve:
        logged = await all_["ben"].does("POST", "/contributions", {"title": "Before", "seconds": 3600})
        taken = await all_["ben"].does("POST", f"/contributions/{logged['id']}/share", {"agreement": "Acme site"})
        assert (taken["scope"]["kind"], taken["scope"]["name"]) == ("agreement", "Acme site")
        again = await all_["ben"].refuses("POST", f"/contributions/{logged['id']}/share", {"agreement": "Acme site"})
        assert again["code"] == "exists"
        listed = (await all_["ben"].does("GET", "/contributions?agreement=Acme site"))["items"]
        assert [each["title"] for each in listed] == ["Before"]
        both = {"title": "x", "seconds": 60, "agreement": "Acme site", "network": "studio"}
        assert (await all_["ben"].refuses("POST", "/contributions", both))["code"] == "bad-request"
        unknown = await eve.api().refuses(
            "POST", "/contributions", {"title": "x", "seconds": 60, "agreement": "Acme site"}
        )
        assert unknown["code"] == "not-found"


async def test_whoever_takes_part_verifies_it_from_a_bundle_alone(mesh: Mesh, tmp_path: Path) -> None:
    async with table(mesh, "ana", "ben", clients=["cy"]) as all_:
        await all_.works("ben", "Code", 2, "ana")
        await all_.income("ana", 1000)
        shared = await all_.shares("ana", "ana", "ben")
        file = tmp_path / "acme.bundle"
        await all_["cy"].does("POST", "/exports", {"kind": "bundle", "path": str(file), "scope": "Acme site"})
        report = verify_bundle([file.read_bytes()])
        (pact,) = report.pacts
        assert [(each.state, each.amount, each.digest[1:].hex()) for each in pact.distributions] == [
            ("effective", 1000, shared["digest"])
        ]
        assert {each.open for each in pact.balances.values()} == {1000, -1000}
        states = (await all_["ben"].does("GET", "/state"))["scopes"]
        assert [each["digest"] for each in states if each["id"] == to_text(all_.scope)] == [
            report.digests[all_.scope].hex()
        ]
        nowhere = {"kind": "bundle", "path": str(file), "scope": "Nowhere"}
        assert (await all_["cy"].refuses("POST", "/exports", nowhere))["code"] == "unknown-network"


async def test_who_is_off_by_a_cent_shares_nothing_and_is_told_where(
    mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_cent_more(drafts: list[Draft], *rest: Any) -> Any:
        found = with_sums(drafts, *rest)
        for draft in found if isinstance(found, list) else ():
            facts: dict[str, Any] = draft.facts
            for line in facts.get("lines", []):
                line[1] += 1
                line[3][0][1] += 1
        return found

    async with table(mesh, "ana", "ben") as all_:
        await all_.works("ben", "Code", 2, "ana")
        await all_.income("ana", 1000)
        monkeypatch.setattr(writing, "with_sums", one_cent_more)
        seen = await all_["ben"].does("POST", "/distributions/preview", {"agreement": "Acme site"})
        wish = {"agreement": "Acme site", "digest": seen["digest"]}
        void = await all_["ben"].does("POST", "/distributions", wish)
        monkeypatch.undo()
        await all_.nodes["ana"].learns(lambda: all_.nodes["ana"].office.lookups.entry(from_text(void["id"])))
        told = await all_["ana"].does("GET", f"/distributions/{void['id']}")
        assert (told["state"], told["reason"], [each["name"] for each in await people(all_["ana"], told)]) == (
            "void",
            "D-LINES",
            ["Ben"],
        )
        assert told["says"] == ("void for ever: what it gives is not what the equation makes of it (Ben at steps[0])")
        assert [each["state"] for each in (await all_["ana"].does("GET", "/distributions"))["items"]] == ["void"]
        why = await all_["ana"].does("GET", f"/records/{void['id']}/why")
        assert "another amount than the equation makes of what was known" in why["text"]
        refused = await all_["ana"].refuses("POST", f"/distributions/{void['id']}/approvals", {})
        assert refused["code"] == "not-found"
        right = await all_.shares("ana", "ana", "ben")
        assert right["state"] == "effective"


async def people(api: Api, told: dict[str, Any]) -> list[dict[str, Any]]:
    lines = {line["agent"]["id"]: line["agent"] for line in told["lines"]}
    return [lines[each] for each in told["causes"]]


async def test_money_of_another_agreement_says_where_it_came_from(mesh: Mesh) -> None:
    async with table(mesh, "ana", "ben") as all_:
        await all_.works("ben", "Code", 2, "ana")
        await all_.income("ana", 1000)
        shared = await all_.shares("ana", "ana", "ben")
        terms = {
            "title": "Ben's people",
            "parties": [{"who": "me", "roles": ["provider", "holder"]}, {"who": "Ana", "roles": ["provider"]}],
            "equation": {"cur": "EUR", "steps": [{"do": "equal"}]},
        }
        second = await all_["ben"].does("POST", "/agreements", terms)
        await all_.come(second["id"])
        await all_["ana"].does("POST", f"/agreements/{second['id']}/signatures", {})
        await all_.stands(from_text(second["id"]), "in_force")
        wish = {"agreement": second["id"], "gross": {"amt": 1000, "cur": "EUR"}, "part_of": shared["id"]}
        income = await all_["ben"].does("POST", "/incomes", wish)
        await all_.come(income["id"])
        told = await all_["ana"].does("GET", f"/incomes/{income['id']}")
        assert (told["part_of"], told["source"]["name"]) == (shared["id"], "Acme site")
        told = await all_["ana"].does("GET", f"/distributions/{shared['id']}")
        assert [(each["income"], each["agreement"]["name"]) for each in told["passed_on"]] == [
            (income["id"], "Ben's people")
        ]
        again = await all_["ben"].does("POST", "/incomes", wish)
        assert again["doubles"] == [income["id"]]
        here = await all_["ben"].refuses("POST", "/incomes", {**wish, "agreement": "Acme site"})
        assert "stands in the same agreement" in here["detail"]
        both = await all_["ana"].does("GET", "/balances")
        assert {each["agreement"]["name"] for each in both["items"]} == {"Acme site"}


async def test_work_in_a_network_is_confirmed_by_a_member(mesh: Mesh) -> None:
    async with table(mesh, "ana", "ben") as all_:
        logged = await all_["ben"].does(
            "POST", "/contributions", {"title": "For us", "seconds": 7200, "network": "studio"}
        )
        await all_.come(logged["id"])
        wish = {"contribution": logged["id"], "seconds": 3600, "note": "the first hour"}
        told = await all_["ana"].does("POST", "/attestations", wish)
        assert (told["state"], told["confirmed"]) == ("acknowledged", {"n": 3600, "s": 0, "u": "SEC"})
        assert (told["agreement"]["kind"], told["attesters"], told["needed"]) == ("network", [], 1)
        own = await all_["ben"].refuses("POST", "/attestations", {"contribution": logged["id"]})
        assert "A-SELF" in own["detail"]
        less = await all_["ana"].does("POST", "/attestations", {"contribution": logged["id"], "reject": True})
        assert (less["state"], [each["counts"] for each in less["attestations"]].count(True)) == ("rejected", 1)
        note = await all_["ben"].does("POST", "/contributions", {"title": "Mine alone", "seconds": 60})
        alone = await all_["ben"].refuses("GET", f"/contributions/{note['id']}/evaluation")
        assert alone["code"] == "bad-request"


async def pages(api: Api, path: str) -> list[str]:
    """All items of a list, read one by one: what of each is said is its id, or what else tells it."""
    found, cursor = [], ""
    while True:
        page = await api.does("GET", f"{path}{'&' if '?' in path else '?'}limit=1{cursor}")
        found += page["items"]
        assert len(page["items"]) <= 1
        if page["next"] is None:
            return [each.get("id") or each.get("record") or str(each) for each in found]
        cursor = f"&cursor={page['next']}"


async def test_long_lists_are_told_in_pages(mesh: Mesh) -> None:
    async with table(mesh, "ana", "ben", income_confirm="party") as all_:
        await all_.works("ana", "Design", 3, "ben")
        await all_.works("ben", "Code", 1, "ana")
        incomes = [await all_.income("ana", 1000, on=f"2026-03-0{day}") for day in (3, 1, 2)]
        waiting = await all_["ben"].does("GET", "/inbox?limit=2")
        assert (len(waiting["items"]), waiting["total"]) == (2, 3)
        assert sorted(await pages(all_["ben"], "/inbox")) == sorted(incomes)
        for each in incomes:
            await all_["ben"].does("POST", f"/incomes/{each}/answers", {})
            await all_.stands(from_text(each), "confirmed")
        assert await pages(all_["ana"], "/incomes") == [incomes[1], incomes[2], incomes[0]]
        shared = [(await all_.shares("ben", "ana", "ben", incomes=[each], to="2026-03-31"))["id"] for each in incomes]
        assert await pages(all_["ben"], "/distributions") == shared
        wish = {"agreement": "Acme site", "amount": {"amt": 100, "cur": "EUR"}, "payee": "Ben", "on": "2026-04-01"}
        paid = [
            (await all_["ana"].does("POST", "/settlements", {**wish, "method": how}))["id"] for how in ("bank", "cash")
        ]
        assert sorted(await pages(all_["ana"], "/settlements?agreement=Acme site")) == sorted(paid)
        assert len(await pages(all_["ana"], "/balances")) == 2
        assert len(await pages(all_["ana"], "/plan")) == 1
        second = await all_["ana"].does(
            "POST", "/agreements", {"title": "Other", "parties": [{"who": "me", "roles": ["provider"]}]}
        )
        assert await pages(all_["ana"], "/agreements?all=true") == [to_text(all_.scope), second["id"]]
        for path in ("/incomes", "/agreements", "/plan"):
            refused = await all_["ana"].refuses("GET", f"{path}?cursor=soon")
            assert "no cursor" in refused["detail"]


async def test_what_was_declined_waits_for_nobody_and_is_told(mesh: Mesh) -> None:
    async with table(mesh, "ana", "ben", income_confirm="party") as all_:
        await all_.works("ana", "Design", 3, "ben")
        income = await all_.income("ana", 1000, on="2026-03-03")
        about = [each["about"] for each in (await all_["ben"].does("GET", "/inbox"))["items"]]
        assert about == ["an income of 10.00 EUR on 2026-03-03"]
        told = await all_["ben"].does("POST", f"/incomes/{income}/answers", {"answer": "decline"})
        assert ([each["name"] for each in told["declined_by"]], await waits(all_["ben"])) == (["Ben"], [])
        told = await all_["ben"].does("POST", f"/incomes/{income}/answers", {})
        assert (told["declined_by"], told["state"]) == ([], "confirmed")
        await all_.stands(from_text(income), "confirmed")
        shared = await all_.shares("ana")
        about = [each["about"] for each in (await all_["ben"].does("GET", "/inbox"))["items"]]
        assert about == [f"how 10.00 EUR is shared, up to {shared['to']}"]
        told = await all_["ben"].does("POST", f"/distributions/{shared['id']}/approvals", {"answer": "decline"})
        assert told["says"] == "0 of 2 approvals so far; Ben declined it, waiting for Ana"
        assert {each["agent"]["name"]: each["level"] for each in told["approvals"]} == {"Ana": "no", "Ben": "declined"}
        assert await waits(all_["ben"]) == []
        wish = {"agreement": "Acme site", "amount": {"amt": 500, "cur": "EUR"}, "payee": "Ben", "on": "2026-04-01"}
        paid = await all_["ana"].does("POST", "/settlements", wish)
        await all_.come(paid["id"])
        about = [each["about"] for each in (await all_["ben"].does("GET", "/inbox"))["items"]]
        assert about == ["a payment of 5.00 EUR on 2026-04-01 by Ana"]
        told = await all_["ben"].does("POST", f"/settlements/{paid['id']}/answers", {"answer": "decline"})
        assert (told["state"], told["declined"], await waits(all_["ben"])) == ("declared", True, [])
        assert told["says"] == "Ben says that it did not take place, so it counts for nothing"


async def test_words_that_could_change_nothing_are_refused(mesh: Mesh) -> None:
    yes, no = {"answer": "accept"}, {"answer": "decline"}
    async with table(mesh, "ana", "ben", clients=["cy"], income_confirm="client") as all_:
        await all_.works("ana", "Design", 3, "ben")
        income = await all_.income("ana", 1000)
        foreign = {"agreement": "Acme site", "gross": {"amt": 1000, "cur": "USD"}}
        assert "shares EUR" in (await all_["ana"].refuses("POST", "/incomes", foreign))["detail"]
        path = f"/incomes/{income}/answers"
        problem = await all_["ben"].refuses("POST", path, yes)
        assert (problem["code"], "it is for Cy to say" in problem["detail"]) == ("not-authorised", True)
        await all_["cy"].does("POST", path, no)
        preview = {"agreement": "Acme site", "incomes": [income]}
        problem = await all_["ana"].refuses("POST", "/distributions/preview", preview)
        assert problem["detail"].startswith("it would be void: it shares an income that may not be shared there")
        assert "said no" in (await all_["cy"].refuses("POST", path, no))["detail"]
        await all_["cy"].does("POST", path, yes)
        for again in (yes, no):
            assert (await all_["cy"].refuses("POST", path, again))["code"] == "conflict"
        await all_.stands(from_text(income), "confirmed")
        waiting = await all_.income("ana", 300)
        declined = await all_.income("ana", 400)
        await all_["cy"].does("POST", f"/incomes/{declined}/answers", no)
        await all_.nodes["ana"].learns(lambda: all_.nodes["ana"].office.lookups.votes(from_text(declined)))
        seen = await all_["ana"].does("POST", "/distributions/preview", {"agreement": "Acme site"})
        assert seen["undeclared"] == [waiting]
        shared = await all_.shares("ana", "ana", "ben")
        path = f"/distributions/{shared['id']}/approvals"
        assert (await all_["cy"].refuses("POST", path, yes))["code"] == "not-authorised"
        assert "cannot be taken back" in (await all_["ben"].refuses("POST", path, no))["detail"]
        wish = {"agreement": "Acme site", "amount": {"amt": 500, "cur": "EUR"}, "payee": "Ben"}
        paid = await all_["ana"].does("POST", "/settlements", wish)
        problem = await all_["ana"].refuses("POST", f"/settlements/{paid['id']}/answers", yes)
        assert "it is for Ben to say" in problem["detail"]

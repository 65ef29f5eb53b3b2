"""What waits under an agreement is meant by its title as well: an income, a distribution, a payment."""

from pathlib import Path

from meshproto.records.ids import from_text
from tests.support.bargains import table
from tests.support.meshes import Mesh


async def test_what_waits_or_is_the_only_one_is_meant_by_the_title_of_its_agreement(tmp_path: Path) -> None:
    async with table(Mesh(tmp_path), "ana", "ben", income_confirm="party") as all_:
        ana, ben = all_["ana"], all_["ben"]
        none = await ben.refuses("GET", "/distributions/acme site")
        assert (none["detail"], none["hint"]) == (
            "there is no distribution in Acme site yet",
            "meshnode distribution ls 'Acme site'",
        )
        await all_.works("ben", "Code", 2, "ana")
        first, second = await all_.income("ana", 1000), await all_.income("ana", 500)
        several = await ben.refuses("POST", "/incomes/Acme site/answers", {})
        assert (several["code"], several["detail"][:31]) == ("ambiguous-id", "Acme site has several incomes: ")
        await ben.does("POST", f"/incomes/{second}/answers", {})
        confirmed = await ben.does("POST", "/incomes/acme-site/answers", {})
        assert (confirmed["id"], confirmed["state"]) == (first, "confirmed")
        for each in (first, second):
            await all_.stands(from_text(each), "confirmed")
        made = await all_.shares("ana")
        await all_.come(made["id"])
        await ana.does("POST", f"/distributions/{made['id']}/approvals", {})
        approved = await ben.does("POST", "/distributions/Acme site/approvals", {})
        assert approved["id"] == made["id"]
        assert (await ben.does("GET", "/distributions/Acme site"))["id"] == made["id"]
        explained = await ben.does("GET", "/distributions/Acme site/explanation")
        assert explained["distribution"] == made["id"]
        paid = await ana.does(
            "POST", "/settlements", {"agreement": "Acme site", "payee": "Ben", "amount": {"amt": 1500, "cur": "EUR"}}
        )
        await all_.come(paid["id"])
        assert (await ben.does("POST", "/settlements/Acme site/answers", {}))["state"] == "confirmed"

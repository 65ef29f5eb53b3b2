"""What a distribution would be of money that nobody has received."""

from pathlib import Path

from tests.support.bargains import table
from tests.support.meshes import Mesh


async def test_what_is_only_supposed_is_shared_in_place_of_what_came(tmp_path: Path) -> None:
    async with table(Mesh(tmp_path), "ana", "ben") as all_:
        await all_.works("ben", "Code", 2, "ana")
        income = await all_.income("ana", 1000)
        euros = {"amt": 90_000, "cur": "EUR"}
        asked = {"agreement": "Acme site", "suppose": euros}
        seen = await all_["ana"].does("POST", "/distributions/preview", asked)
        assert (seen["pool"]["amt"], seen["incomes"], [each["amt"] for each in seen["lines"]]) == (90_000, [], [90_000])
        for wrong in (
            {"incomes": [income]},
            {"suppose": {**euros, "cur": "USD"}},
            {"suppose": {**euros, "amt": 0}},
            {"suppose": {**euros, "amt": 1 << 60}},
        ):
            refused = await all_["ana"].refuses("POST", "/distributions/preview", {**asked, **wrong})
            assert refused["code"] == "bad-request", wrong
        signed = await all_["ana"].refuses("POST", "/distributions", {**asked, "digest": seen["digest"]})
        assert signed["code"] == "bad-request", "nobody signs what is only supposed"

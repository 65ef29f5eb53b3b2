"""What is confirmed of work in a network, by records that this node's own API would not have written."""

from pathlib import Path

import pytest

from meshnode.core.drafts import Draft
from meshproto.records.ids import from_text
from meshproto.types import evaluation
from meshproto.types.value import Measure
from tests.support.bargains import table
from tests.support.meshes import Mesh


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path)


async def test_a_figure_in_another_unit_confirms_all_that_is_claimed(mesh: Mesh) -> None:
    async with table(mesh, "ana", "ben") as all_:
        wish = {"title": "For us", "seconds": 7200, "network": "studio"}
        work = (await all_["ben"].does("POST", "/contributions", wish))["id"]
        await all_.come(work)
        office = all_.nodes["ana"].office
        facts = evaluation.attestation(from_text(work), qty=Measure(90, 0, "MIN"))
        await office.node.write([Draft(await office.find_network("studio"), "attestation", facts)])
        told = await all_["ana"].does("GET", f"/contributions/{work}/evaluation")
        assert (told["state"], told["confirmed"]) == ("acknowledged", {"n": 7200, "s": 0, "u": "SEC"})

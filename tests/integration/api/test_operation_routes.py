"""How a node is run, through its API."""

from pathlib import Path

import pytest

from meshnode.config.values import paths
from tests.support.meshes import Mesh


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path)


async def test_the_settings_in_force_stand_beside_what_the_file_says_by_now(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        file = ana.opened.home.folder / "config.toml"
        file.write_text("[net]\ndiscovery = false\n")
        answer = await ana.api().does("GET", "/config")
        found = {each["name"]: each for each in answer["settings"]}
        assert (answer["file"], answer["trouble"], sorted(found)) == (str(file), "", sorted(paths()))
        assert (found["net.discovery"]["value"], found["net.discovery"]["later"]) == (True, False)
        file.write_text("[net]\nlisen = []\n")
        assert "net.lisen: unknown setting" in (await ana.api().does("GET", "/config"))["trouble"]

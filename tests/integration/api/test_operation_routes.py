"""How a node is run, through its API."""

from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from meshnode.config.values import paths
from meshnode.runtime.watching.metrics import METRICS
from meshproto.records.ids import to_text
from tests.support.meshes import Mesh, Node


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


async def numbers(node: Node) -> dict[tuple[str, str], float]:
    """What Prometheus' own reader finds, by name and label."""
    answer = await node.api().ask("GET", "/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_every_metric_has_a_value_that_prometheus_reads(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        await ana.founds()
        families = text_string_to_metric_families((await ana.api().ask("GET", "/metrics")).text)
        told = {family.name + ("_total" if family.type == "counter" else "") for family in families}
        without = {each.name for each in METRICS if each.label == "reason"}
        assert told - without == {each.name for each in METRICS} - without


async def test_the_numbers_follow_what_happens(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        network = await ana.founds()
        before = await numbers(ana)
        assert (before["meshnode_peers_connected", ""], before["meshnode_held_by", ""]) == (0, 0)
        assert await ben.joins(ana.line(network))
        record = await ana.logs("Landing page", "studio")
        await ana.sees(lambda: bool(ana.opened.node.holders(record)))
        after = await numbers(ana)
        assert (after["meshnode_peers_connected", ""], after["meshnode_held_by", ""]) == (1, 1)
        assert after["meshnode_records", ""] > before["meshnode_records", ""]
        assert after["meshnode_commit_seconds_count", ""] > before["meshnode_commit_seconds_count", ""]
        assert after["meshnode_check_state", "peers"] == 0 < before["meshnode_check_state", "peers"]


async def test_no_name_or_id_stands_in_the_metrics(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        network = await ana.founds("canary")
        assert await ben.joins(ana.line(network))
        text = (await ana.api().ask("GET", "/metrics")).text.lower()
        secrets = [to_text(ana.office.me), to_text(ben.office.me), to_text(network), "canary", "ana", "ben"]
        assert [each for each in secrets if each.lower() in text] == []

from pathlib import Path

import pytest

from meshnode.config.errors import SettingsError
from meshnode.config.load import load
from meshnode.config.sections import Settings


def written(folder: Path, text: str) -> Path:
    file = folder / "config.toml"
    file.write_text(text)
    return file


def test_nothing_said_leaves_every_default(tmp_path: Path) -> None:
    assert load(tmp_path / "absent.toml", {}).settings == Settings()


def test_the_flag_stands_above_the_environment_and_that_above_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, "[net]\nmax_connections = 10\nreserved_for_known = 1\nmax_connections_per_address = 2\n")
    environ = {"MESHNODE_NET__MAX_CONNECTIONS": "20", "MESHNODE_NET__RESERVED_FOR_KNOWN": "3"}
    loaded = load(file, environ, {"net.max_connections": 30})
    net = loaded.settings.net
    assert (net.max_connections, net.reserved_for_known, net.max_connections_per_address) == (30, 3, 2)
    assert loaded.origins["net.max_connections"] == "flag"
    assert loaded.origins["net.reserved_for_known"] == "MESHNODE_NET__RESERVED_FOR_KNOWN"
    assert loaded.origins["net.max_connections_per_address"] == str(file)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("[net]\nlisen = []\n", "net.lisen"),
        ("[nett]\nlisten = []\n", "nett.listen"),
        ("listen = []\n", "listen"),
        ("[net]\n[net.listen]\nx = 1\n", "net.listen"),
    ],
)
def test_an_unknown_name_in_the_file_is_refused_with_its_path(tmp_path: Path, text: str, path: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load(written(tmp_path, text), {})
    assert caught.value.path == path
    assert caught.value.origin.endswith("config.toml")


def test_an_unknown_name_in_the_environment_is_refused_with_the_likely_one() -> None:
    with pytest.raises(SettingsError) as caught:
        load(None, {"MESHNODE_NET__LISEN": "x"})
    assert (caught.value.origin, caught.value.path) == ("MESHNODE_NET__LISEN", "net.lisen")
    assert "net.listen" in caught.value.hint


def test_an_unknown_flag_is_refused() -> None:
    with pytest.raises(SettingsError):
        load(None, {}, {"net.bogus": 1})


@pytest.mark.parametrize(
    "text",
    [
        "[net]\nmax_connections = true\n",
        "[net]\nmax_connections = 7\n",
        "[net]\nmax_connections = 10.5\n",
        "[net]\ndiscovery = 1\n",
        "[net]\nlisten = [1]\n",
        "[sync]\ninterval = nan\n",
        "[sync]\ninterval = 'often'\n",
        "[log]\nlevel = 'loud'\n",
    ],
)
def test_a_value_of_the_wrong_kind_or_out_of_bounds_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match=r"must be|must lie"):
        load(written(tmp_path, text), {})


def test_whole_numbers_are_taken_where_a_number_is_asked_for(tmp_path: Path) -> None:
    assert load(written(tmp_path, "[sync]\ninterval = 5\n"), {}).settings.sync.interval == 5.0


def test_one_address_in_the_environment_needs_no_brackets() -> None:
    listen = load(None, {"MESHNODE_NET__LISTEN": "/ip4/127.0.0.1/tcp/0"}).settings.net.listen
    assert listen == ("/ip4/127.0.0.1/tcp/0",)


def test_names_without_a_section_in_the_environment_are_no_settings() -> None:
    assert load(None, {"MESHNODE_HOME": "/x", "MESHNODE_LONG": "1"}).settings == Settings()


@pytest.mark.parametrize("raw", [b"[net", b"\xff", b"x" * 300_000])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(raw)
    with pytest.raises(SettingsError) as caught:
        load(file, {})
    assert str(caught.value).startswith(str(file))

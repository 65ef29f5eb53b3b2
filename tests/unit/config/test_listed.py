"""The settings for people: complete, described, with their origins and what the next start would change."""

from pathlib import Path

import pytest

from meshnode.config.listed import Setting, listed
from meshnode.config.load import load, troubles
from meshnode.config.values import paths


def named(name: str, file: Path, environ: dict[str, str], flags: dict[str, object] | None = None) -> Setting:
    found = listed(load(file, environ, flags), file, environ)
    return next(each for each in found.settings if each.name == name)


def test_every_setting_is_listed_and_described(tmp_path: Path) -> None:
    found = listed(load(None, {}), tmp_path / "config.toml", {})
    assert [each.name for each in found.settings] == paths()
    for each in found.settings:
        assert (each.about.endswith("."), bool(each.kind), each.origin) == (True, True, "default"), each.name
        assert each.value == each.default == each.later


def test_origins_follow_their_order(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("[sync]\ninterval = 5\n")
    assert named("sync.interval", file, {}).origin == str(file)
    environ = {"MESHNODE_SYNC__INTERVAL": "7"}
    setting = named("sync.interval", file, environ)
    assert (setting.origin, setting.value, setting.variable) == ("MESHNODE_SYNC__INTERVAL", 7.0, setting.origin)
    assert named("sync.interval", file, environ, {"sync.interval": 9}).origin == "flag"


def test_what_the_file_says_by_now_stands_beside_what_is_in_force(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    loaded = load(file, {})
    file.write_text("[net]\ndiscovery = false\n")
    setting = next(each for each in listed(loaded, file, {}).settings if each.name == "net.discovery")
    assert (setting.value, setting.later) == (True, False)


def test_a_file_that_the_next_start_would_refuse_is_told(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    loaded = load(file, {})
    file.write_text("[net]\nlisen = []\n")
    found = listed(loaded, file, {})
    assert found.trouble == f"{file}: net.lisen: unknown setting (did you mean net.listen?)"
    assert all(each.value == each.later for each in found.settings)


@pytest.mark.parametrize(("name", "bounds"), [("log.level", "debug, info, warning, error"), ("log.keep", "0 to 99")])
def test_bounds_are_told_in_words(tmp_path: Path, name: str, bounds: str) -> None:
    assert named(name, tmp_path / "config.toml", {}).bounds == bounds


def test_all_troubles_are_found_where_a_start_tells_the_first(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[net]\nlisen = []\nmax_connections = 1\n[log]\nlevel = "info"\n')
    environ = {"MESHNODE_LOG__LEVEL": "loud", "MESHNODE_HOME": "/x"}
    assert [(each.origin, each.path) for each in troubles(file, environ)] == [
        (str(file), "net.lisen"),
        (str(file), "net.max_connections"),
        ("MESHNODE_LOG__LEVEL", "log.level"),
    ]
    file.write_text("[net")
    assert len(troubles(file, {})) == 1
    assert troubles(tmp_path / "absent.toml", {}) == []


def test_the_nearest_name_is_found_across_sections(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("max_connection = 3\n")
    assert troubles(file, {})[0].hint == "did you mean net.max_connections?"

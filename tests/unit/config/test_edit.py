"""Changing config.toml: what was asked for changes, everything else stays, or nothing happens at all."""

from pathlib import Path

import pytest

from meshnode.config.edit import change, drop
from meshnode.config.errors import SettingsError
from meshnode.config.load import MAX_CONFIG_BYTES, load
from meshnode.config.sections import SECTIONS, default_of, settings_of
from meshnode.config.values import paths, plain

WRITTEN = """\
# Mine.

[net]
# Few, on this machine.
max_connections = 20  # was 10
discovery = false
# announce = []

[log]
level = "info"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text(WRITTEN)
    return tmp_path / "config.toml"


def test_a_value_changes_in_its_place_and_its_comments_stay(file: Path) -> None:
    assert change(file, "net.max_connections", ["100"]) == 100
    assert file.read_text() == WRITTEN.replace("= 20 ", "= 100 ")


def test_a_new_setting_stands_below_the_others_of_its_section(file: Path) -> None:
    change(file, "net.listen", ["/ip4/127.0.0.1/tcp/4401"])
    assert file.read_text() == WRITTEN.replace(
        "discovery = false\n", 'discovery = false\nlisten = ["/ip4/127.0.0.1/tcp/4401"]\n'
    )


def test_a_new_section_stands_at_the_end_after_an_empty_line(file: Path) -> None:
    change(file, "work.network", ["studio"])
    assert file.read_text() == WRITTEN + '\n[work]\nnetwork = "studio"\n'


def test_a_file_that_is_not_there_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "new" / "config.toml"
    change(file, "sync.live", ["false"])
    assert file.read_text() == "[sync]\nlive = false\n"
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_is_not_said_any_more_leaves_the_rest(file: Path) -> None:
    assert drop(file, "net.discovery")
    assert file.read_text() == WRITTEN.replace("discovery = false\n", "")
    assert not drop(file, "net.discovery")


def test_a_name_nobody_knows_can_be_taken_out_but_not_put_in(file: Path) -> None:
    file.write_text("[nett]\nlisten = []\n")
    assert drop(file, "nett.listen")
    with pytest.raises(SettingsError, match=r"nett\.listen: unknown setting"):
        change(file, "nett.listen", ["/x"])


@pytest.mark.parametrize(
    ("path", "words", "value"),
    [
        ("work.network", ["123"], "123"),
        ("work.network", ["the", "studio"], "the studio"),
        ("net.announce", ["/a", "/b"], ["/a", "/b"]),
        ("net.announce", ["/a"], ["/a"]),
        ("net.announce", ["[]"], []),
        ("sync.interval", ["5"], 5.0),
        ("net.discovery", ["false"], False),
    ],
)
def test_what_is_typed_needs_no_signs_of_the_file(file: Path, path: str, words: list[str], value: object) -> None:
    assert change(file, path, words) == value
    section, _, name = path.partition(".")
    assert plain(getattr(getattr(load(file, {}).settings, section), name)) == value


@pytest.mark.parametrize(("path", "word"), [("net.discovery", "yes"), ("net.max_connections", "7"), ("log.level", "x")])
def test_a_wrong_value_leaves_the_file_alone(file: Path, path: str, word: str) -> None:
    with pytest.raises(SettingsError, match="must"):
        change(file, path, [word])
    assert file.read_text() == WRITTEN


@pytest.mark.parametrize("text", ["net = 3\n", "[net\n", 'net.discovery = false\nnet.live = "x"\n'])
def test_a_file_that_cannot_be_followed_is_left_to_its_owner(file: Path, text: str) -> None:
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        change(file, "net.max_connections", ["100"]) if "live" not in text else drop(file, "net.live")
    assert "hand" in caught.value.hint or "correct" in caught.value.hint
    assert file.read_text() == text


def test_a_file_does_not_grow_beyond_what_is_read(file: Path) -> None:
    file.write_text("#" * (MAX_CONFIG_BYTES - 5) + "\n")
    with pytest.raises(SettingsError, match="larger than"):
        change(file, "net.discovery", ["false"])


def test_a_link_stays_a_link_and_permissions_stay(file: Path) -> None:
    link = file.parent / "link.toml"
    link.symlink_to(file)
    file.chmod(0o640)
    change(link, "log.level", ["debug"])
    assert link.is_symlink()
    assert 'level = "debug"' in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("path", paths())
def test_every_setting_can_be_said_and_unsaid(tmp_path: Path, path: str) -> None:
    file = tmp_path / "config.toml"
    section, _, name = path.partition(".")
    default = default_of(next(each for each in settings_of(section) if each.name == name))
    words = list(default) if isinstance(default, tuple) else [str(default).lower()]
    assert change(file, path, words or ["[]"]) == plain(default)
    assert load(file, {}).settings == load(None, {}).settings
    assert drop(file, path)
    assert set(load(file, {}).origins) == set()
    assert section in SECTIONS

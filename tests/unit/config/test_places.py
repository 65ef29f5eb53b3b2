from pathlib import Path

from meshnode.config.places import MAX_SOCKET_PATH, Places, locate, socket_path


def test_a_home_puts_everything_in_one_folder(tmp_path: Path) -> None:
    assert locate(tmp_path, {}) == Places(config=tmp_path / "config.toml", data=tmp_path, state=tmp_path)


def test_the_flag_stands_above_the_environment(tmp_path: Path) -> None:
    assert locate(tmp_path, {"MESHNODE_HOME": "/elsewhere"}).data == tmp_path
    assert locate(None, {"MESHNODE_HOME": "/elsewhere"}).data == Path("/elsewhere")


def test_without_a_home_the_xdg_folders_are_used() -> None:
    places = locate(None, {"HOME": "/home/ana", "XDG_STATE_HOME": "/var/ana"})
    assert places == Places(
        config=Path("/home/ana/.config/meshnode/config.toml"),
        data=Path("/home/ana/.local/share/meshnode"),
        state=Path("/var/ana/meshnode"),
    )


def test_a_relative_xdg_folder_is_ignored() -> None:
    assert locate(None, {"HOME": "/home/ana", "XDG_DATA_HOME": "here"}).data == Path("/home/ana/.local/share/meshnode")


def test_the_socket_stands_in_the_data_folder_when_its_path_is_short() -> None:
    assert socket_path(Path("/home/ana/node"), {}, 1000) == Path("/home/ana/node/api.sock")


def test_a_long_data_folder_gets_a_short_socket_of_its_own() -> None:
    deep, deeper = Path("/" + "x" * 120), Path("/" + "x" * 121)
    with_runtime = socket_path(deep, {"XDG_RUNTIME_DIR": "/run/user/1000"}, 1000)
    without = socket_path(deep, {}, 1000)
    assert with_runtime.parent == Path("/run/user/1000/meshnode")
    assert without.parent == Path("/tmp/meshnode-1000")
    assert len(bytes(without)) <= MAX_SOCKET_PATH
    assert socket_path(deeper, {}, 1000) != without

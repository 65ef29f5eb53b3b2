"""The files that the handbook lists are those of a home: compared with a real one, running and stopped."""

from pathlib import Path

from meshnode.app.logs import LOG_FILE
from meshnode.app.nodefile import NODE_FILE
from meshnode.cli.desk import LEFT_FILE
from meshnode.cli.operation.last_words import OUTPUT_FILE
from meshnode.store.protection import SECRETS
from meshnode.store.sealed import PASSPHRASE_FILE
from scripts.handbook.home import FILES
from tests.support.homes import Household

LISTED = {each.name for each in FILES}


def test_every_file_of_a_home_is_described(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("correct horse battery")
    secret.chmod(0o600)
    with Household() as household:
        ana = household.person("ana", starts=False)
        ana.does("init", "--name", "Ana", "--later")
        assert ana.tries("id", "passphrase", environ={"MESHNODE_PASSPHRASE_FILE": str(secret)}).code == 0
        assert ana.tries("up", environ={"MESHNODE_PASSPHRASE_FILE": str(secret)}).code == 0
        ana.does("config", "set", "log.level", "debug")
        while_running = {each.name for each in ana.home.iterdir()}
        ana.does("down")
        afterwards = {each.name for each in ana.home.iterdir()}
    assert {"node.json", "api.sock"} <= while_running - afterwards
    assert {each.removesuffix("-wal").removesuffix("-shm") for each in while_running | afterwards} <= LISTED


def test_no_file_has_a_name_that_is_not_described() -> None:
    assert {*SECRETS, PASSPHRASE_FILE, NODE_FILE, LEFT_FILE, LOG_FILE, OUTPUT_FILE} <= LISTED

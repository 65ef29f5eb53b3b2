"""What a fake node answers about files that it writes or signs."""

from meshnode.api.models.backups import Backup
from meshnode.api.models.credentials import Cv
from tests.support.fakes.fake_server import Asked
from tests.support.fakes.sample_people import AT


def post_backups(node: object, asked: Asked, rest: list[str]) -> Backup:
    """A backup of a thousand records."""
    lock = "words" if "words" in asked.body else "passphrase"
    return Backup(asked.body["path"], 130_000, AT, 1_234, lock, "clear", ["every record"], ["the log"])


def post_credentials(node: object, asked: Asked, rest: list[str]) -> Cv:
    """A presentation with nothing in it."""
    return Cv({"type": ["VerifiablePresentation"], "holder": "did:key:z6Mkö"}, 2, 7, 5, "did:key:z6Mk#z6Mk")

"""Backups of this home: writing one, and which was the last."""

from meshnode.api.edge import Call, Nothing
from meshnode.api.models.backups import Backup, BackupRequest, PastBackup
from meshnode.api.models.shared import Page
from meshnode.api.shapes import absolute, time_text
from meshnode.api.site import Site
from meshnode.runtime.refusals import Code, Refusal

SHORTEST = 8
"""Characters of a passphrase."""


async def create_backup(site: Site, call: Call[BackupRequest]) -> Backup:
    """Write one encrypted file with everything that is needed to go on elsewhere.

    Asked again, also with the same Idempotency-Key, it writes the file anew: the one at `path` is as new as the answer
    says, and there is one.
    """
    body = call.body
    path = absolute(body.path)
    match body.passphrase, body.words:
        case str() as passphrase, None if len(passphrase) >= SHORTEST:
            return await site.backups.create(path, passphrase, "passphrase")
        case None, str() as words if words.strip():
            return await site.backups.create(path, " ".join(words.lower().split()), "words")
    asked = f"either a passphrase of at least {SHORTEST} characters or the recovery words are needed"
    raise Refusal(Code.BAD_REQUEST, asked, "meshnode backup create --help")


async def list_backups(site: Site, call: Call[Nothing]) -> Page[PastBackup]:
    """The last backup, if there was one."""
    last = site.backups.last()
    if last is None:
        return Page(items=[])
    return Page(items=[PastBackup(last.path, last.size, time_text(last.at), last.records, last.lock)])

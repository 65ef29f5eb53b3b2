"""An idempotency key that comes again when the node has long forgotten what it was for: it stands for something new.

Keys are chosen by programs, and some take the same one every week. What was made by it the first time stays as it is,
and what is made now is no copy of it.
"""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from meshnode.core.rows import AnswerEntry, Forget
from tests.support.meshes import Mesh, Node

KEY = "weekly"


@pytest.fixture
async def ana(tmp_path: Path) -> AsyncIterator[Node]:
    async with Mesh(tmp_path).node("ana") as node:
        await node.founds("studio", is_open=False)
        yield node


async def forgets(node: Node) -> None:
    """What was done with the key is forgotten, as the store does after many others."""
    name = hashlib.sha256(KEY.encode()).hexdigest()
    assert node.opened.reader.entry(AnswerEntry, (name,)) is not None
    await node.opened.node.write((), local=[Forget(AnswerEntry, (name,))])


async def test_an_invitation_has_a_secret_of_its_own(ana: Node) -> None:
    api = ana.api()
    first, again = [await api.does("POST", "/networks/studio/invites", {}, key=KEY) for _ in range(2)]
    assert first["line"] == again["line"] != ""
    await api.does("DELETE", f"/networks/studio/invites/{first['id']}")
    await forgets(ana)
    later = await api.does("POST", "/networks/studio/invites", {}, key=KEY)
    assert later["line"] not in ("", first["line"])


async def test_so_has_one_that_the_founders_order(ana: Node) -> None:
    api, wish = ana.api(), {"scope": "studio", "invite": {"uses": 1}}
    await api.does("POST", "/decisions", {"scope": "studio", "sensitive": ["grant", "revoke"]})
    first, again = [await api.does("POST", "/decisions", wish, key=KEY) for _ in range(2)]
    assert first["line"] == again["line"] != ""
    await forgets(ana)
    later = await api.does("POST", "/decisions", wish, key=KEY)
    assert later["line"] not in ("", first["line"])


async def test_a_token_takes_the_place_of_no_other(ana: Node) -> None:
    api = ana.api()
    for name in ("bot", "other bot"):
        await api.does("POST", "/tokens", {"name": name, "may": ["read"]}, key=KEY)
        await forgets(ana)
    assert [each["name"] for each in (await api.does("GET", "/tokens"))["items"]] == ["bot", "other bot"]

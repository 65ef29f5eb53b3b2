"""A browser without eyes: asks for pages of a dashboard in this process, logged in or not."""

from typing import Any

import httpx

from meshnode.dashboard.sessions import Sessions
from tests.support.meshes import Node
from tests.support.served import dashboard

PORT = 4480
OWN = {"Sec-Fetch-Site": "same-origin"}
"""What a browser says of a request that a page of ours makes."""
COOKIE = f"meshnode-{PORT}"


class Reader:
    """Somebody at a dashboard."""

    def __init__(self, node: Node) -> None:
        self.sessions = Sessions(PORT)
        self.cookie = ""
        self._app = dashboard(node, self.sessions, PORT)

    async def logs_in(self) -> httpx.Response:
        """Open a fresh link."""
        answer = await self.get(f"/in/{self.sessions.make_link()}")
        self.cookie = answer.headers["set-cookie"].split(";")[0]
        return answer

    async def get(self, path: str) -> httpx.Response:
        """Ask for a page."""
        return await self.asks("GET", path)

    async def reads(self, path: str) -> str:
        """The HTML of a page that must be there."""
        answer = await self.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.text

    async def sends(self, path: str, key: str = "", **fields: str) -> httpx.Response:
        """Send a form as the script does."""
        return await self.asks("POST", path, json=fields, headers={**OWN, **({"Idempotency-Key": key} if key else {})})

    async def asks(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request and its answer."""
        headers = {**more.pop("headers", {}), **({"Cookie": self.cookie} if self.cookie else {})}
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://localhost:{PORT}") as client:
            return await client.request(method, path, headers=headers, **more)

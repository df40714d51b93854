"""Requests of tools to the API of this process, with the key of the assistant.

So each tool has the rights, the purposes and the entries in the logs that the same request of a program has.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from unificx.api.access import ASSISTANT_SCOPE_KEY
from unificx.api.middleware import App

MAX_PAGES = 20
"""Pages of 200 that are read to answer one question."""
Query = Mapping[str, str | int | Sequence[str]]


class ToolRefused(Exception):
    """The request of a tool failed. The text says why, and is for the assistant."""


class OwnApi:
    """The API as an assistant reaches it."""

    def __init__(self, app: App, token: str, address: str) -> None:
        async def marked(scope: Any, receive: Any, send: Any) -> None:
            await app({**scope, ASSISTANT_SCOPE_KEY: True}, receive, send)

        transport = httpx.ASGITransport(marked, client=(address, 0))
        headers = {"Authorization": f"Bearer {token}"}
        self._client = httpx.AsyncClient(transport=transport, base_url="http://unificx/api/v1", headers=headers)

    async def get(self, path: str, query: Query | None = None) -> Any:
        """Return what a path answers. Raise ToolRefused."""
        return self._content(await self._client.get(path, params=dict(query or {})))

    async def post(self, path: str, body: Any) -> Any:
        """Change something. Raise ToolRefused."""
        return self._content(await self._client.post(path, json=body))

    async def items(self, path: str) -> list[Any]:
        """Return all items of a list, of at most MAX_PAGES pages. Raise ToolRefused."""
        found: list[Any] = []
        query: dict[str, str | int] = {"limit": 200}
        for _ in range(MAX_PAGES):
            page = await self.get(path, query)
            found += page["items"]
            if not page["next"]:
                break
            query["cursor"] = page["next"]
        return found

    @staticmethod
    def _content(answer: httpx.Response) -> Any:
        body = answer.json() if answer.content else {}
        if answer.is_success:
            return body
        raise ToolRefused(f"{body.get('detail', 'The request failed.')} {body.get('hint', '')}".strip())

"""Asks the API for a command, and turns its refusals into trouble a person can act on."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from unificx.console.oneline import Trouble
from unificx.console.ports import Connect

if TYPE_CHECKING:
    import httpx

R = TypeVar("R")

ROOT = "/api/v1"
OPERATOR_SLUG = "operator"
_PAGE = 200

Json = dict[str, Any]


class Api:
    """The API as commands use it. Every method raises Trouble for what the API refuses."""

    def __init__(self, client: "httpx.AsyncClient") -> None:
        self._client = client

    async def get(self, path: str, **params: object) -> Any:
        """What is at `path`."""
        return await self._ask("GET", path, params)

    async def post(self, path: str, body: Mapping[str, object], **params: object) -> Any:
        """Make something. What is None in `body` is left out, so that the API's own default counts."""
        return await self._ask("POST", path, params, body)

    async def patch(
        self, path: str, body: Mapping[str, object], called: Mapping[str, str] = MappingProxyType({}), **params: object
    ) -> Any:
        """Change something; at least one value of `body` must not be None. `called`: option by field, where it has
        another name."""
        if all(value is None for value in body.values()):
            raise Trouble("There is nothing to change.", "Say what with an option; --help lists them.")
        return await self._ask("PATCH", path, params, body, called)

    async def put(self, path: str, body: Mapping[str, object], **params: object) -> Any:
        """Set something."""
        return await self._ask("PUT", path, params, body)

    async def upload(self, path: str, data: bytes, **params: object) -> Any:
        """Send a file."""
        return await self._ask("PUT", path, params, data)

    async def delete(self, path: str, **params: object) -> None:
        """Delete something."""
        await self._ask("DELETE", path, params)

    async def every(self, path: str, most: int | None = None, **params: object) -> list[Json]:
        """All items of a list, page by page, or the first `most`."""
        items: list[Json] = []
        cursor: str | None = None
        while most is None or len(items) < most:
            wanted = _PAGE if most is None else min(_PAGE, most - len(items))
            page = await self._ask("GET", path, {**params, "limit": wanted, "cursor": cursor})
            items += page["items"]
            cursor = page["next"]
            if cursor is None:
                break
        return items

    async def of_all(self, path: str, tenant: str | None) -> list[Json]:
        """All items of a list of the named tenant, or of every tenant but the operator's own."""
        return [one for each in await self.organisations(tenant) for one in await self.every(path, tenant=each["id"])]

    async def organisations(self, given: str | None) -> list[Json]:
        """The named tenant, or all but the operator's own."""
        if given is not None:
            return [await self.get(f"/tenants/{quoted(given)}")]
        return [one for one in await self.every("/tenants") if one["slug"] != OPERATOR_SLUG]

    async def organisation(self, given: str | None) -> str:
        """The named tenant, or the only one there is."""
        if given is not None:
            return given
        slugs = [str(one["slug"]) for one in await self.organisations(None)]
        if not slugs:
            raise Trouble("There is no organisation yet.", "Make one with `unificx tenant create`.")
        if len(slugs) > 1:
            raise Trouble("There are several organisations.", f"Say which: --tenant {slugs[0]}, for one.")
        return slugs[0]

    async def _ask(
        self,
        method: str,
        path: str,
        params: Mapping[str, object],
        body: Mapping[str, object] | bytes | None = None,
        called: Mapping[str, str] = MappingProxyType({}),
    ) -> Any:
        import httpx

        query = {name: str(value) for name, value in params.items() if value is not None}
        file = body if isinstance(body, bytes) else None
        sent = {name: value for name, value in body.items() if value is not None} if isinstance(body, Mapping) else None
        try:
            response = await self._client.request(method, ROOT + path, params=query, json=sent, content=file)
        except httpx.TransportError as fault:
            raise Trouble(
                f"The server does not answer ({type(fault).__name__}).", "`unificx doctor` looks what is wrong."
            ) from None
        if response.is_success:
            return response.json() if response.content else None
        raise _trouble(response, {name: name for name in (*query, *(sent or {}))} | dict(called))


def talk(connect: Connect, home: Path, ask: Callable[[Api], Awaitable[R]]) -> R:
    """Reach the installation in `home` and do `ask` with it."""
    import asyncio

    async def run() -> R:
        async with connect(home) as client:
            return await ask(Api(client))

    return asyncio.run(run())


def quoted(reference: str) -> str:
    """A reference given on the command line as one segment of a path."""
    from urllib.parse import quote

    if reference in ("", ".", ".."):
        raise Trouble("That is no id, number or name.", "The `list` command shows what there is.")
    return quote(reference, safe="")


def _trouble(response: "httpx.Response", options: Mapping[str, str]) -> Trouble:
    """What was refused. What the command was told by an option of the field's name is called by that option."""
    try:
        problem = response.json()
        what, do = str(problem["detail"]), str(problem.get("hint", ""))
        field = str(problem.get("field", ""))
        if field in options:
            option = f"--{options[field].replace('_', '-')} "
            what, do = (
                option + text.removeprefix(f"{field} ") if text.startswith(f"{field} ") else text for text in (what, do)
            )
        incident = str(problem.get("incident", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return Trouble(f"The server answered {response.status_code}.", "`unificx doctor` looks what is wrong.")
    if incident:
        do = f"The server's log has it as incident {incident}."
    elif not do or "/api/" in do:
        do = "The `list` commands show what there is, --help what can be said."
    return Trouble(what, do)

"""API client of the commands. Converts API problems into CLI errors with a hint."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from unificx.cli.errors import Trouble
from unificx.cli.ports import Connect

if TYPE_CHECKING:
    import httpx

R = TypeVar("R")

ROOT = "/api/v1"
OPERATOR_SLUG = "operator"
_PAGE = 200

Json = dict[str, Any]


class Api:
    """API client. Every method raises CliError if the API rejects the request."""

    def __init__(self, client: "httpx.AsyncClient") -> None:
        self._client = client

    async def get(self, path: str, **params: object) -> Any:
        """GET `path`."""
        return await self._ask("GET", path, params)

    async def post(self, path: str, body: Mapping[str, object], **params: object) -> Any:
        """POST to `path`. None values in `body` are omitted, so that the API's defaults apply."""
        return await self._ask("POST", path, params, body)

    async def patch(
        self, path: str, body: Mapping[str, object], called: Mapping[str, str] = MappingProxyType({}), **params: object
    ) -> Any:
        """PATCH `path`; at least one value of `body` must not be None. `option_names`: option by field, where they
        differ."""
        if all(value is None for value in body.values()):
            raise Trouble("There is nothing to change.", "Set at least one option; see --help.")
        return await self._ask("PATCH", path, params, body, called)

    async def put(self, path: str, body: Mapping[str, object], **params: object) -> Any:
        """PUT to `path`."""
        return await self._ask("PUT", path, params, body)

    async def upload(self, path: str, data: bytes, **params: object) -> Any:
        """Upload a file with PUT."""
        return await self._ask("PUT", path, params, data)

    async def delete(self, path: str, **params: object) -> None:
        """DELETE `path`."""
        await self._ask("DELETE", path, params)

    async def every(self, path: str, most: int | None = None, **params: object) -> list[Json]:
        """Return all items of a list, page by page, or the first `limit`."""
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
        """Return all items of the given tenant, or of all tenants except the operator's."""
        return [one for each in await self.organisations(tenant) for one in await self.every(path, tenant=each["id"])]

    async def organisations(self, given: str | None) -> list[Json]:
        """Return the given tenant, or all tenants except the operator's."""
        if given is not None:
            return [await self.get(f"/tenants/{quoted(given)}")]
        return [one for one in await self.every("/tenants") if one["slug"] != OPERATOR_SLUG]

    async def organisation(self, given: str | None) -> str:
        """Return the given tenant or, if there is only one, that one."""
        if given is not None:
            return given
        slugs = [str(one["slug"]) for one in await self.organisations(None)]
        if not slugs:
            raise Trouble("There is no tenant yet.", "Create one with `unificx tenant create`.")
        if len(slugs) > 1:
            raise Trouble("There are several tenants.", f"Choose one, for example --tenant {slugs[0]}.")
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
                f"The server does not answer ({type(fault).__name__}).", "Run `unificx doctor` to find the cause."
            ) from None
        if response.is_success:
            return response.json() if response.content else None
        raise _trouble(response, {name: name for name in (*query, *(sent or {}))} | dict(called))


def talk(connect: Connect, home: Path, ask: Callable[[Api], Awaitable[R]]) -> R:
    """Connect to the installation in `home` and run `operation` with an API client."""
    import asyncio

    async def run() -> R:
        async with connect(home) as client:
            return await ask(Api(client))

    return asyncio.run(run())


def quoted(reference: str) -> str:
    """Encode a command line reference as one path segment."""
    from urllib.parse import quote

    if reference in ("", ".", ".."):
        raise Trouble("Invalid id, number or name.", "Use the `list` command to see valid ones.")
    return quote(reference, safe="")


def _trouble(response: "httpx.Response", options: Mapping[str, str]) -> Trouble:
    """Convert a problem document to an error; field names are replaced by option names."""
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
        return Trouble(f"The server answered {response.status_code}.", "Run `unificx doctor` to find the cause.")
    if incident:
        do = f"See incident {incident} in the server's log."
    elif not do or "/api/" in do:
        do = "See the `list` commands and --help for valid values."
    return Trouble(what, do)

"""API client of the commands. Converts API problems into CLI errors with a hint."""

import math
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from unificx.cli.errors import CliError
from unificx.cli.ports import Connect
from unificx.core.value import EMPTY

if TYPE_CHECKING:
    import httpx

R = TypeVar("R")

ROOT = "/api/v1"
OPERATOR_SLUG = "operator"
_PAGE = 200

Json = dict[str, Any]


class ApiClient:
    """API client. Every method raises CliError if the API rejects the request."""

    def __init__(self, client: "httpx.AsyncClient") -> None:
        self._client = client

    async def get(self, path: str, **params: object) -> Any:
        """GET `path`."""
        return await self._request("GET", path, params)

    async def post(self, path: str, body: Mapping[str, object], **params: object) -> Any:
        """POST to `path`. None values in `body` are omitted, so that the API's defaults apply."""
        return await self._request("POST", path, params, body)

    async def patch(
        self,
        path: str,
        body: Mapping[str, object],
        option_names: Mapping[str, str] = EMPTY,
        **params: object,
    ) -> Any:
        """PATCH `path`; at least one value of `body` must not be None. `option_names`: option by field, where they
        differ."""
        if all(value is None for value in body.values()):
            raise CliError("There is nothing to change.", "Set at least one option; see --help.")
        return await self._request("PATCH", path, params, body, option_names)

    async def put(self, path: str, body: Mapping[str, object], **params: object) -> Any:
        """PUT to `path`."""
        return await self._request("PUT", path, params, body)

    async def post_file(self, path: str, data: bytes, **params: object) -> Any:
        """POST a file to `path`."""
        return await self._request("POST", path, params, data)

    async def upload(self, path: str, data: bytes, **params: object) -> Any:
        """Upload a file with PUT."""
        return await self._request("PUT", path, params, data)

    async def delete(self, path: str, **params: object) -> None:
        """DELETE `path`."""
        await self._request("DELETE", path, params)

    async def download(self, path: str, write: Callable[[bytes], object], **params: object) -> None:
        """GET a file and pass its pieces to `write`."""
        import httpx

        query = {name: str(value) for name, value in params.items() if value is not None}
        try:
            async with self._client.stream("GET", ROOT + path, params=query) as response:
                if not response.is_success:
                    await response.aread()
                    raise _to_error(response, path, {})
                async for piece in response.aiter_bytes():
                    write(piece)
        except httpx.TransportError as fault:
            raise _unreachable(fault) from None

    async def list_all(self, path: str, limit: int | None = None, **params: object) -> list[Json]:
        """Return all items of a list, page by page, or the first `limit`."""
        items: list[Json] = []
        cursor: str | None = None
        while limit is None or len(items) < limit:
            page_size = _PAGE if limit is None else min(_PAGE, limit - len(items))
            page = await self._request("GET", path, {**params, "limit": page_size, "cursor": cursor})
            items += page["items"]
            cursor = page["next"]
            if cursor is None:
                break
        return items

    async def list_across_tenants(self, path: str, tenant: str | None) -> list[Json]:
        """Return all items of the given tenant, or of all tenants except the operator's."""
        return [one for each in await self.tenants(tenant) for one in await self.list_all(path, tenant=each["id"])]

    async def tenants(self, tenant: str | None) -> list[Json]:
        """Return the given tenant, or all tenants except the operator's."""
        if tenant is not None:
            return [await self.get(f"/tenants/{quote_segment(tenant)}")]
        return [one for one in await self.list_all("/tenants") if one["slug"] != OPERATOR_SLUG]

    async def resolve_tenant(self, tenant: str | None) -> str:
        """Return the given tenant or, if there is only one, that one."""
        if tenant is not None:
            return tenant
        slugs = [str(one["slug"]) for one in await self.tenants(None)]
        if not slugs:
            raise CliError("There is no tenant yet.", "Create one with `unificx tenant create`.")
        if len(slugs) > 1:
            raise CliError("There are several tenants.", f"Choose one, for example --tenant {slugs[0]}.")
        return slugs[0]

    async def _request(
        self,
        method: str,
        path: str,
        params: Mapping[str, object],
        body: Mapping[str, object] | bytes | None = None,
        option_names: Mapping[str, str] = EMPTY,
    ) -> Any:
        import httpx

        query = {name: str(value) for name, value in params.items() if value is not None}
        file = body if isinstance(body, bytes) else None
        # The server limits the time of uploads: a large file is read as fast as its lines are stored.
        seconds = httpx.USE_CLIENT_DEFAULT if file is None else None
        json_body = (
            {name: value for name, value in body.items() if value is not None} if isinstance(body, Mapping) else None
        )
        try:
            response = await self._client.request(
                method, ROOT + path, params=query, json=json_body, content=file, timeout=seconds
            )
        except httpx.TransportError as fault:
            raise _unreachable(fault) from None
        if response.is_success:
            return response.json() if response.content else None
        options = {name: name for name in (*query, *(json_body or {}))} | dict(option_names)
        raise _to_error(response, path, options, json_body or {})


def _unreachable(fault: Exception) -> CliError:
    return CliError(f"The server does not answer ({type(fault).__name__}).", "Run `unificx doctor` to find the cause.")


def call_api(connect: Connect, home: Path, operation: Callable[[ApiClient], Awaitable[R]]) -> R:
    """Connect to the installation in `home` and run `operation` with an API client."""
    import asyncio

    async def run() -> R:
        async with connect(home) as client:
            return await operation(ApiClient(client))

    return asyncio.run(run())


def quote_segment(reference: str) -> str:
    """Encode a command line reference as one path segment."""
    from urllib.parse import quote

    if reference in ("", ".", ".."):
        raise CliError("Invalid id, number or name.", "Use the `list` command to see valid ones.")
    return quote(reference, safe="")


_LISTS = {
    "tenant": "tenant list",
    "person": "person list",
    "user": "person list",
    "extension": "extension list",
    "device": "device list",
    "room": "room list",
    "participant": "room participants",
    "mailbox": "mailbox list",
    "recording": "recording list",
    "sound": "sound prompts",
    "prompt": "sound prompts",
    "call": "calls list",
    "opening hours": "hours list",
    **{kind: f"{kind} list" for kind in ("group", "queue", "menu", "number", "trunk", "route", "webhook", "location")},
}
"""Commands that show the things of a kind."""
_NOUN = re.compile(rf"\b({'|'.join(_LISTS)})s?\b")


def _hint_for(message: str, path: str) -> str:
    """Return the command that shows the valid values, by the kind named in the message or in the path."""
    noun = _NOUN.search(message.lower()) or _NOUN.search(path.replace("mailboxes", "mailbox"))
    return f"`unificx {_LISTS[noun[1]]}` shows them." if noun else "See --help for valid values."


def _value_at(body: Any, steps: Sequence[str]) -> str:
    """Return the value in a body, followed by a space; "" if it is none that an option may have."""
    for step in steps:
        if isinstance(body, Mapping):
            body = cast("Mapping[str, Any]", body).get(step)
        elif isinstance(body, list) and step.isdecimal():
            body = next(iter(cast("list[Any]", body)[int(step) :]), None)
    return f"{body} " if isinstance(body, str | int) else ""


def _to_error(
    response: "httpx.Response", path: str, options: Mapping[str, str], body: Mapping[str, Any] = EMPTY
) -> CliError:
    """Convert a problem document to an error; field names are replaced by option names, those of the values of a list
    in the body by option and value."""
    try:
        problem = response.json()
        message, hint = str(problem["detail"]), str(problem.get("hint", ""))
        field = str(problem.get("field", ""))
        name, *steps = field.split(".")
        if name in options:
            option = f"--{options[name].replace('_', '-')} {_value_at(body, [name, *steps]) if steps else ''}"
            message, hint = (
                option + text.removeprefix(f"{field} ") if text.startswith(f"{field} ") else text
                for text in (message, hint)
            )
            if message.startswith("Must "):
                message = f"{option}m{message[1:]}"
        # Other names of fields in the text are options as well.
        for name, known in options.items():
            if "_" in name:
                message, hint = (
                    text.replace(f" {name} ", f" --{known.replace('_', '-')} ") for text in (message, hint)
                )
        incident = str(problem.get("incident", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return CliError(f"The server answered {response.status_code}.", "Run `unificx doctor` to find the cause.")
    if incident:
        hint = f"See incident {incident} in the server's log."
    elif not hint or "/api/" in hint:
        hint = _hint_for(message, path) if response.status_code in (404, 409) else "See --help for valid values."
        if response.status_code == 429:
            minutes = math.ceil(int(response.headers.get("retry-after", "0")) / 60)
            hint = f"Try again in {minutes} minutes." if minutes > 1 else "Try again."
    return CliError(message, hint)

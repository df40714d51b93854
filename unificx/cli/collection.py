"""Shared create, list, show, update and delete commands for a collection of a tenant."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from unificx.cli.api_client import ApiClient, Json, quote_segment
from unificx.cli.command import CommandContext
from unificx.cli.output import Columns, print_done, print_item, print_items, print_login


@dataclass(frozen=True, slots=True)
class Collection:
    """Collection at `path`. Lists show `columns`, single items `details`; `flatten` prepares items for display, and
    lists are in the order of `place`."""

    path: str
    columns: Columns
    details: Columns
    flatten: Callable[[Json], Json] = lambda item: item
    place: Callable[[Json], Any] = lambda _: 0

    def create(self, context: CommandContext, body: Mapping[str, object]) -> None:
        self._print_one(context, lambda api, tenant: api.post(self.path, body, tenant=tenant))

    def create_with_login(self, context: CommandContext, body: Mapping[str, object]) -> None:
        """Create an item that has a SIP login, and show the login."""

        async def request(api: ApiClient) -> Json:
            return await api.post(self.path, body, tenant=await api.resolve_tenant(context.tenant))

        print_login(context.run(request), as_json=context.as_json)

    def list(self, context: CommandContext, empty_text: str) -> None:
        """Print all items; `empty_text` is printed for an empty list."""
        found = sorted(context.run(lambda api: api.list_across_tenants(self.path, context.tenant)), key=self.place)
        shown = found if context.as_json else [self.flatten(one) for one in found]
        print_items(shown, self.columns, as_json=context.as_json, empty_text=empty_text)

    def show(self, context: CommandContext, reference: str) -> None:
        self._print_one(context, lambda api, tenant: api.get(self.item_path(reference), tenant=tenant))

    def update(self, context: CommandContext, reference: str, body: Mapping[str, object]) -> None:
        self._print_one(context, lambda api, tenant: api.patch(self.item_path(reference), body, tenant=tenant))

    def delete(self, context: CommandContext, reference: str, message: str) -> None:
        """Delete an item and print `message`."""

        async def request(api: ApiClient) -> str:
            tenant = await api.resolve_tenant(context.tenant)
            known = await api.get(self.item_path(reference), tenant=tenant)
            await api.delete(self.item_path(known["id"]), tenant=tenant)
            return str(known["id"])

        print_done(message, {"deleted": context.run(request)}, as_json=context.as_json)

    def item_path(self, reference: str) -> str:
        return f"{self.path}/{quote_segment(reference)}"

    def _print_one(self, context: CommandContext, request: Callable[[ApiClient, str], Awaitable[Json]]) -> None:
        async def within(api: ApiClient) -> Json:
            return await request(api, await api.resolve_tenant(context.tenant))

        found = context.run(within)
        print_item(found if context.as_json else self.flatten(found), self.details, as_json=context.as_json)

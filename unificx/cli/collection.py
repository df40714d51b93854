"""Shared create, list, show, update and delete commands for a collection of a tenant."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from unificx.cli.api_client import Api, Json, quoted
from unificx.cli.command import At
from unificx.cli.output import Columns, print_done, print_item, print_items


@dataclass(frozen=True, slots=True)
class Collection:
    """Collection at `path`. Lists show `columns`, single items `details`; `flat` prepares items for display."""

    path: str
    columns: Columns
    details: Columns
    flat: Callable[[Json], Json]

    def create(self, context: At, body: Mapping[str, object]) -> None:
        self._one(context, lambda api, tenant: api.post(self.path, body, tenant=tenant))

    def list(self, context: At, nothing: str) -> None:
        """Print all items; `nothing` is printed for an empty list."""
        found = context.ask(lambda api: api.of_all(self.path, context.tenant))
        shown = found if context.as_json else [self.flat(one) for one in found]
        print_items(shown, self.columns, as_json=context.as_json, nothing=nothing)

    def show(self, context: At, reference: str) -> None:
        self._one(context, lambda api, tenant: api.get(self.item_path(reference), tenant=tenant))

    def update(self, context: At, reference: str, body: Mapping[str, object]) -> None:
        self._one(context, lambda api, tenant: api.patch(self.item_path(reference), body, tenant=tenant))

    def delete(self, context: At, reference: str, did: str) -> None:
        """Delete an item and print the message `did`."""

        async def request(api: Api) -> str:
            tenant = await api.organisation(context.tenant)
            known = await api.get(self.item_path(reference), tenant=tenant)
            await api.delete(self.item_path(known["id"]), tenant=tenant)
            return str(known["id"])

        print_done(did, {"deleted": context.ask(request)}, as_json=context.as_json)

    def item_path(self, reference: str) -> str:
        return f"{self.path}/{quoted(reference)}"

    def _one(self, context: At, request: Callable[[Api, str], Awaitable[Json]]) -> None:
        async def within(api: Api) -> Json:
            return await request(api, await api.organisation(context.tenant))

        found = context.ask(within)
        print_item(found if context.as_json else self.flat(found), self.details, as_json=context.as_json)

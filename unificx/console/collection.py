"""What commands have in common whose things are made, listed, shown and changed within an organisation."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from unificx.console.api import Api, Json, quoted
from unificx.console.command import At
from unificx.console.output import Columns, print_done, print_item, print_items


@dataclass(frozen=True, slots=True)
class Collection:
    """Things at `path`. `columns` are shown of each in a list, `details` of one alone, made fit for it by `flat`."""

    path: str
    columns: Columns
    details: Columns
    flat: Callable[[Json], Json]

    def create(self, at: At, body: Mapping[str, object]) -> None:
        self._one(at, lambda api, tenant: api.post(self.path, body, tenant=tenant))

    def list(self, at: At, nothing: str) -> None:
        """`nothing` is said where there is none."""
        found = at.ask(lambda api: api.of_all(self.path, at.tenant))
        shown = found if at.as_json else [self.flat(one) for one in found]
        print_items(shown, self.columns, as_json=at.as_json, nothing=nothing)

    def show(self, at: At, reference: str) -> None:
        self._one(at, lambda api, tenant: api.get(self.at(reference), tenant=tenant))

    def update(self, at: At, reference: str, body: Mapping[str, object]) -> None:
        self._one(at, lambda api, tenant: api.patch(self.at(reference), body, tenant=tenant))

    def delete(self, at: At, reference: str, did: str) -> None:
        """`did` is said when it is gone."""

        async def ask(api: Api) -> str:
            tenant = await api.organisation(at.tenant)
            known = await api.get(self.at(reference), tenant=tenant)
            await api.delete(self.at(known["id"]), tenant=tenant)
            return str(known["id"])

        print_done(did, {"deleted": at.ask(ask)}, as_json=at.as_json)

    def at(self, reference: str) -> str:
        return f"{self.path}/{quoted(reference)}"

    def _one(self, at: At, ask: Callable[[Api, str], Awaitable[Json]]) -> None:
        async def within(api: Api) -> Json:
            return await ask(api, await api.organisation(at.tenant))

        found = at.ask(within)
        print_item(found if at.as_json else self.flat(found), self.details, as_json=at.as_json)

"""`unificx webhook`: signed reports of events to other programs."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from unificx.cli.api_client import ApiClient, Json, quote_segment
from unificx.cli.collection import Collection
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.output import print_done, print_item, print_items

_COLUMNS = {"name": "name", "url": "address", "events": "events", "state": "state", "id": "id"}
_DETAILS = {**_COLUMNS, "pause_reason": "paused because", "failing_since": "failing since", "dropped": "dropped"}
_DELIVERIES = {
    "event": "event",
    "created": "created",
    "attempts": "attempts",
    "status": "last status",
    "failure": "failure",
    "due": "next attempt",
    "dead": "given up",
    "id": "id",
}
_NOTE = "Enter the secret in the receiver now: it cannot be shown again."

WebhookReference = Annotated[str, typer.Argument(metavar="WEBHOOK", help="Id of the webhook.")]
Events = Annotated[str | None, typer.Option(help="Types of events, separated by commas.")]


def _flatten(webhook: Json) -> Json:
    return {**webhook, "events": ", ".join(webhook["events"])}


_COLLECTION = Collection("/webhooks", _COLUMNS, _DETAILS, _flatten)

group = command_group("webhook", "Manage webhooks.")


@command(group, "create")
def create(
    context: CommandContext,
    *,
    name: Annotated[str, typer.Option(help="Name of the webhook.")],
    url: Annotated[str, typer.Option(help="Public https address of the receiver.")],
    events: Annotated[str, typer.Option(help="Types of events, separated by commas.")],
) -> None:
    """Create a webhook.

    Its secret is shown once."""
    body = {"name": name, "url": url, "events": _names(events)}
    _print_with_secret(context, lambda api, tenant: api.post("/webhooks", body, tenant=tenant))


@command(group, "list")
def list_(context: CommandContext) -> None:
    """List webhooks."""
    _COLLECTION.list(context, "There are no webhooks yet.")


@command(group, "show")
def show(context: CommandContext, webhook: WebhookReference) -> None:
    """Show a webhook."""
    _COLLECTION.show(context, webhook)


@command(group, "update")
def update(
    context: CommandContext,
    *,
    webhook: WebhookReference,
    name: Annotated[str | None, typer.Option(help="Name of the webhook.")] = None,
    url: Annotated[str | None, typer.Option(help="Public https address of the receiver.")] = None,
    events: Events = None,
    pause: Annotated[bool | None, typer.Option("--pause/--resume", help="Pause or resume it.")] = None,
) -> None:
    """Change, pause or resume a webhook."""
    state = None if pause is None else "paused" if pause else "active"
    body = {"name": name, "url": url, "events": _names(events) if events else None, "state": state}
    _COLLECTION.update(context, webhook, body)


@command(group, "delete")
def delete(context: CommandContext, webhook: WebhookReference) -> None:
    """Delete a webhook."""
    _COLLECTION.delete(context, webhook, "The webhook was deleted.")


@command(group, "secret")
def secret(context: CommandContext, webhook: WebhookReference) -> None:
    """Replace the secret.

    For a day, messages have a signature by each of the two."""
    path = f"{_COLLECTION.item_path(webhook)}/secret"
    _print_with_secret(context, lambda api, tenant: api.post(path, {}, tenant=tenant))


@command(group, "test")
def test(context: CommandContext, webhook: WebhookReference) -> None:
    """Send a test message."""

    async def request(api: ApiClient) -> Json:
        path = f"{_COLLECTION.item_path(webhook)}/test"
        return await api.post(path, {}, tenant=await api.resolve_tenant(context.tenant))

    print_done("A test message is on its way.", context.run(request), as_json=context.as_json)


@command(group, "deliveries")
def deliveries(
    context: CommandContext,
    webhook: WebhookReference,
    dead: Annotated[bool | None, typer.Option("--dead/--waiting", help="Given up, or waiting; default both.")] = None,
) -> None:
    """List waiting and failed messages."""

    async def request(api: ApiClient) -> list[Json]:
        path = f"{_COLLECTION.item_path(webhook)}/deliveries"
        return await api.list_all(path, tenant=await api.resolve_tenant(context.tenant), dead=dead)

    print_items(context.run(request), _DELIVERIES, as_json=context.as_json, empty_text="There are no messages.")


@command(group, "retry")
def retry(
    context: CommandContext,
    webhook: WebhookReference,
    delivery: Annotated[str, typer.Argument(metavar="MESSAGE", help="Id of the message.")],
) -> None:
    """Retry a message."""

    async def request(api: ApiClient) -> Json:
        path = f"{_COLLECTION.item_path(webhook)}/deliveries/{quote_segment(delivery)}/retry"
        return await api.post(path, {}, tenant=await api.resolve_tenant(context.tenant))

    print_item(context.run(request), _DELIVERIES, as_json=context.as_json)


def _print_with_secret(context: CommandContext, request: Callable[[ApiClient, str], Awaitable[Json]]) -> None:
    async def within(api: ApiClient) -> Json:
        return await request(api, await api.resolve_tenant(context.tenant))

    made = context.run(within)
    columns = {"secret": "secret", "url": "address", "events": "events", "id": "id"}
    print_item(made if context.as_json else _flatten(made), columns, as_json=context.as_json, note=_NOTE)


def _names(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]

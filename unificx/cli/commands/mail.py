"""`unificx mail`: e-mails that the system sends, tests, and addresses that do not work."""

import sys
from typing import Annotated

import typer

from unificx.cli.api_client import ApiClient, Json
from unificx.cli.collection import Collection
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.errors import CliError
from unificx.cli.output import print_done, print_item

_MAX_BYTES = 1 << 20
_COLUMNS = {
    "kind": "kind",
    "state": "state",
    "address": "address",
    "queued": "queued",
    "next_try": "next try",
    "answer": "answer",
    "id": "id",
}


def _flatten(email: Json) -> Json:
    answer = " ".join(str(each) for each in (email["status"], email["reply"]) if each)
    return {**email, "answer": answer}


_EMAILS = Collection("/emails", _COLUMNS, {**_COLUMNS, "subject": "subject", "text": "text"}, _flatten)
_ADDRESSES = {"address": "address", "at": "since", "status": "status", "id": "id"}
_UNDELIVERABLE = Collection("/emails/undeliverable", _ADDRESSES, _ADDRESSES)

group = command_group("mail", "E-mails that the system sends.")


@command(group, "list")
def list_(context: CommandContext) -> None:
    """List the e-mails of the last seven days."""
    _EMAILS.list(context, "There are no e-mails.")


@command(group, "show")
def show(context: CommandContext, email: Annotated[str, typer.Argument(metavar="EMAIL", help="Id.")]) -> None:
    """Show an e-mail with its text."""
    _EMAILS.show(context, email)


@command(group, "test")
def test(context: CommandContext, address: Annotated[str, typer.Argument(metavar="ADDRESS")]) -> None:
    """Send a test e-mail to an address."""

    async def request(api: ApiClient) -> Json:
        tenant = await api.resolve_tenant(context.tenant)
        return await api.post("/emails/test", {"address": address}, tenant=tenant)

    answer = context.run(request)
    if not answer["accepted"] and not context.as_json:
        reply = f"{answer['status'] or 'no answer'} {answer['reply']}".strip()
        raise CliError(f"The mail server has not accepted the test: {reply}.", "Run `unificx doctor`.")
    if context.as_json:
        print_item(answer, {}, as_json=True)
        return
    print_done(f"The mail server has accepted the test to {address}.", answer, as_json=False)


@command(group, "bounce")
def bounce(context: CommandContext) -> None:
    """Read a bounce or complaint report.

    It is read from standard input, as it was received (RFC 3464, RFC 5965)."""
    data = sys.stdin.buffer.read(_MAX_BYTES)
    if not data.strip():
        raise CliError("There is no message.", "Pass it by standard input: unificx mail bounce < message")
    answer = context.run(lambda api: api.post_file("/emails/bounces", data))
    known = "The report is recorded." if answer["known"] else "The report is about no e-mail of the last days."
    print_done(known, answer, as_json=context.as_json)


@command(group, "undeliverable")
def undeliverable(context: CommandContext) -> None:
    """List undeliverable addresses of users."""
    _UNDELIVERABLE.list(context, "All addresses work, as far as known.")


@command(group, "works")
def works(
    context: CommandContext, address: Annotated[str, typer.Argument(metavar="ID", help="Id in the list.")]
) -> None:
    """Declare that an address works again."""

    async def request(api: ApiClient) -> None:
        await api.delete(_UNDELIVERABLE.item_path(address), tenant=await api.resolve_tenant(context.tenant))

    context.run(request)
    print_done("The mark was removed.", {"cleared": address}, as_json=context.as_json)

"""`unificx trunk`: connections to carriers."""

from pathlib import Path
from typing import Annotated

import typer

from unificx.cli.api_client import ApiClient, Json
from unificx.cli.collection import Collection
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.output import print_item, print_items

MAX_KEY_LENGTH = 4_000
_COLUMNS = {
    "name": "name",
    "server": "server",
    "transport": "transport",
    "state": "state",
    "since": "since",
    "reason": "reason",
    "id": "id",
}
_DETAILS = {
    **_COLUMNS,
    "domain": "domain",
    "username": "user name",
    "auth_username": "user name for authentication",
    "has_password": "password",
    "registers": "registers",
    "accept_from": "calls accepted from",
    "max_calls": "max. calls",
    "caller_id_header": "caller id in",
    "number_format": "number format",
    "dtmf": "digits",
    "register_seconds": "registration (s)",
    "check_seconds": "checked every (s)",
    "sends_location": "sends location",
    "signs_calls": "signs calls",
    "certificate_url": "certificate",
    "verification": "signatures of calls",
}
_TEST_COLUMNS = {
    "state": "state",
    "status": "SIP status",
    "round_trip_ms": "round trip (ms)",
    "server": "server",
    "advice": "advice",
}
_TEMPLATE_COLUMNS = {"name": "name", "title": "carrier", "server": "server", "transport": "transport", "note": "note"}


def _flatten(trunk: Json) -> Json:
    return {**trunk, "accept_from": ", ".join(trunk["accept_from"])}


def _read_key(path: Path | None) -> Json:
    """Return the field of the key in a file."""
    if path is None:
        return {}
    try:
        with path.open(encoding="ascii") as file:
            return {"signing_key": file.read(MAX_KEY_LENGTH)}
    except (OSError, ValueError) as fault:
        raise typer.BadParameter("The key cannot be read.", param_hint="--signing-key") from fault


_COLLECTION = Collection("/trunks", _COLUMNS, _DETAILS, _flatten)

Server = Annotated[
    str | None, typer.Option(metavar="HOST[:PORT]", help="Server; without a port, it is found by DNS SRV.")
]
Transport = Annotated[str | None, typer.Option(help="udp, tcp or tls.")]
Username = Annotated[str | None, typer.Option(help="User name at the carrier.")]
Password = Annotated[str | None, typer.Option(help="Password at the carrier.")]
Registers = Annotated[bool | None, typer.Option("--register/--no-register", help="Register with the carrier.")]
Domain = Annotated[str | None, typer.Option(help="SIP domain of the carrier if it is not the server's name.")]
AuthUsername = Annotated[str | None, typer.Option(help="User name for authentication if different.")]
CallerIdHeader = Annotated[str | None, typer.Option(help="Caller id in: from, p_asserted, p_preferred.")]
NumberFormat = Annotated[str | None, typer.Option(help="Numbers sent: plus, e164, national.")]
Dtmf = Annotated[str | None, typer.Option(help="Digits: rfc4733, info, inband.")]
RegisterSeconds = Annotated[int | None, typer.Option(help="Requested seconds of a registration.")]
CheckSeconds = Annotated[int | None, typer.Option(help="Seconds between checks by OPTIONS; 0: none.")]
SigningKey = Annotated[Path | None, typer.Option(help="File with the private key in PEM that signs the caller id.")]
CertificateUrl = Annotated[str | None, typer.Option(help="HTTPS address of the certificate of this key.")]
Verification = Annotated[str | None, typer.Option(help="Signatures of calls: off, mark, reject.")]
SendsLocation = Annotated[
    bool | None,
    typer.Option("--send-location/--no-send-location", help="Emergency calls carry the place of the caller."),
]
TrunkReference = Annotated[str, typer.Argument(metavar="NAME", help="Name or id of the trunk.")]

group = command_group("trunk", "Manage trunks to carriers.")


@command(group, "create")
def create(
    context: CommandContext,
    *,
    name: Annotated[str, typer.Option(help="Unused name without spaces.")],
    server: Server = None,
    template: Annotated[str | None, typer.Option(help="Start from a template; see `trunk templates`.")] = None,
    transport: Transport = None,
    username: Username = None,
    password: Password = None,
    register: Registers = None,
    accept_from: Annotated[
        list[str] | None, typer.Option(metavar="CIDR", help="Network of the carrier's calls; can be repeated.")
    ] = None,
    max_calls: Annotated[int | None, typer.Option(help="Maximum number of concurrent calls.")] = None,
    domain: Domain = None,
    auth_username: AuthUsername = None,
    caller_id_header: CallerIdHeader = None,
    number_format: NumberFormat = None,
    dtmf: Dtmf = None,
    register_seconds: RegisterSeconds = None,
    check_seconds: CheckSeconds = None,
    sends_location: SendsLocation = None,
    signing_key: SigningKey = None,
    certificate_url: CertificateUrl = None,
    verification: Verification = None,
) -> None:
    """Create a trunk to a carrier."""
    body = {"name": name, "server": server, "template": template, "transport": transport, "max_calls": max_calls}
    body |= {"username": username, "password": password, "registers": register, "accept_from": accept_from or None}
    body |= {"domain": domain, "auth_username": auth_username, "caller_id_header": caller_id_header, "dtmf": dtmf}
    body |= {"number_format": number_format, "register_seconds": register_seconds, "check_seconds": check_seconds}
    signing = {**_read_key(signing_key), "certificate_url": certificate_url, "verification": verification}
    _COLLECTION.create(context, body | {"sends_location": sends_location} | signing)


@command(group, "list")
def list_(context: CommandContext) -> None:
    """List trunks and their state."""
    _COLLECTION.list(context, "There are no trunks yet.")


@command(group, "show")
def show(context: CommandContext, trunk: TrunkReference) -> None:
    """Show a trunk."""
    _COLLECTION.show(context, trunk)


@command(group, "update")
def update(
    context: CommandContext,
    *,
    trunk: TrunkReference,
    name: Annotated[str | None, typer.Option(help="New name.")] = None,
    server: Server = None,
    transport: Transport = None,
    username: Username = None,
    password: Password = None,
    register: Registers = None,
    accept_from: Annotated[
        list[str] | None,
        typer.Option(metavar="CIDR", help="Network of the carrier's calls; can be repeated; empty: none."),
    ] = None,
    max_calls: Annotated[int | None, typer.Option(help="Maximum number of concurrent calls; 0: no limit.")] = None,
    domain: Domain = None,
    auth_username: AuthUsername = None,
    caller_id_header: CallerIdHeader = None,
    number_format: NumberFormat = None,
    dtmf: Dtmf = None,
    register_seconds: RegisterSeconds = None,
    check_seconds: CheckSeconds = None,
    sends_location: SendsLocation = None,
    signing_key: SigningKey = None,
    certificate_url: CertificateUrl = None,
    verification: Verification = None,
) -> None:
    """Change a trunk."""
    body = {"name": name, "server": server, "transport": transport, "max_calls": max_calls, "domain": domain}
    networks = [one for one in accept_from if one] if accept_from else None
    body |= {"username": username, "password": password, "registers": register, "accept_from": networks}
    body |= {"auth_username": auth_username, "caller_id_header": caller_id_header, "number_format": number_format}
    body |= {"dtmf": dtmf, "register_seconds": register_seconds, "check_seconds": check_seconds}
    signing = {**_read_key(signing_key), "certificate_url": certificate_url, "verification": verification}
    _COLLECTION.update(context, trunk, body | {"sends_location": sends_location} | signing)


@command(group, "delete")
def delete(context: CommandContext, trunk: TrunkReference) -> None:
    """Delete a trunk that is not used."""
    _COLLECTION.delete(context, trunk, "The trunk was deleted.")


@command(group, "test")
def test(context: CommandContext, trunk: TrunkReference) -> None:
    """Test a trunk and show how to fix faults."""

    async def request(api: ApiClient) -> Json:
        return await api.post(f"/trunks/{trunk}/test", {}, tenant=await api.resolve_tenant(context.tenant))

    print_item(context.run(request), _TEST_COLUMNS, as_json=context.as_json)


@command(group, "templates")
def templates(context: CommandContext) -> None:
    """List the templates of common carriers."""

    async def request(api: ApiClient) -> list[Json]:
        return (await api.get("/trunk-templates", tenant=await api.resolve_tenant(context.tenant)))["items"]

    print_items(context.run(request), _TEMPLATE_COLUMNS, as_json=context.as_json, empty_text="There are no templates.")

"""`unificx mail dkim`. Light to import: modules that it needs are imported on demand."""

import os
from typing import Annotated

import typer

from unificx.cli.command import CommandContext, command
from unificx.cli.commands import mail
from unificx.cli.errors import CliError
from unificx.cli.output import print_item

_RECORD = {"name": "name", "record type": "record_type", "text": "text", "zone line": "zone_line"}


@command(mail.group, "dkim", of_tenant=False)
def dkim(
    context: CommandContext,
    *,
    selector: Annotated[str, typer.Option(help="Name of a new key in the DNS.")] = "unificx",
    replace: Annotated[bool, typer.Option("--replace", help="Replace the old key by a new one.")] = False,
) -> None:
    """Create or show the key that signs e-mails.

    Without a key, one is made and sealed in the home directory; else its DNS record is shown again. Publish the record,
    check it with `unificx doctor`, then restart the server: it signs from then on. Choose another selector for a new
    key, and leave the old record for a week. Not needed if the mail server itself signs."""
    from unificx.integrations.dkim import DkimKey
    from unificx.privacy import load_master, write_sealed_file
    from unificx.server.notification_settings import dkim_key, smtp_server
    from unificx.server.paths import InstallationPaths
    from unificx.server.sealed_home_files import DKIM_PURPOSE

    paths, environ = InstallationPaths(context.home.expanduser().absolute()), dict(os.environ)
    server = smtp_server(environ)
    if server is None:
        raise CliError("UNIFICX_SMTP is not set.", "The domain of its sender has the key.")
    master = load_master(paths.home, environ, create=False)
    key = dkim_key(paths, master)
    if key is None or replace:
        key = DkimKey.create(selector)
        write_sealed_file(paths.dkim_key, master, DKIM_PURPOSE, key.stored())
    domain = server.sender.domain
    shown = {"name": key.name(domain), "record_type": "TXT", "text": key.record(), "zone_line": key.zone_line(domain)}
    print_item(shown, _RECORD, as_json=context.as_json)

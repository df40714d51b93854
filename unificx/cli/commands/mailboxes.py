"""`unificx mailbox`: shared mailboxes and voicemail settings."""

from typing import Annotated

import typer

from unificx.cli.api_client import ApiClient, Json, quote_segment
from unificx.cli.collection import Collection
from unificx.cli.command import CommandContext, command, command_group, split_list
from unificx.cli.commands import extensions
from unificx.cli.errors import CliError
from unificx.cli.output import print_item, print_items
from unificx.cli.uploads import File, Language, Text, delete_sound, sound_source, upload_sound

_COLUMNS = {
    "number": "number",
    "name": "name",
    "members": "members",
    "has_pin": "PIN",
    "enabled": "on",
    "new_messages": "new",
    "old_messages": "old",
    "id": "id",
}


def _flatten(found: Json) -> Json:
    return {**found, "members": ", ".join(found["members"])}


_COLLECTION = Collection("/mailboxes", _COLUMNS, _COLUMNS, _flatten)
_EMAIL_COLUMNS = {
    "number": "number",
    "mail": "e-mail",
    "mail_caller": "caller",
    "mail_sound": "sound",
    "may_mail_sound": "may",
}
_GREETING_COLUMNS = {"kind": "for", "until": "until"}

MailboxReference = Annotated[str, typer.Argument(metavar="NUMBER", help="Number or id of the mailbox.")]
AnyMailboxReference = Annotated[
    str, typer.Argument(metavar="NUMBER", help="Number of an extension or a shared mailbox.")
]
Kind = Annotated[str, typer.Option(help="no_answer, busy, temporary or a state.")]
Members = Annotated[str | None, typer.Option(help="Member extensions, such as 1001,1002.")]
MwiOption = Annotated[bool | None, typer.Option("--lamp/--no-lamp", help="Show new messages on members' phones (MWI).")]

OldMessages = Annotated[str | None, typer.Option(help="When switching off: keep, put_away or erase.")]

group = command_group("mailbox", "Manage shared mailboxes and voicemail.")


@command(group, "create")
def create(
    context: CommandContext,
    *,
    number: Annotated[str, typer.Option(help="Unused number of 2 to 8 digits.")],
    name: Annotated[str | None, typer.Option(help="Name of the mailbox.")] = None,
    members: Members = None,
    pin: Annotated[str | None, typer.Option(help="PIN for *98 from other phones: 4 to 12 digits.")] = None,
    lamp: MwiOption = None,
) -> None:
    """Create a shared mailbox."""
    body = {"number": number, "name": name, "members": split_list(members), "pin": pin, "lamp": lamp}
    _COLLECTION.create(context, body)


@command(group, "list")
def list_(context: CommandContext) -> None:
    """List shared mailboxes."""
    _COLLECTION.list(context, "There are no shared mailboxes yet.")


@command(group, "show")
def show(context: CommandContext, mailbox: MailboxReference) -> None:
    """Show a shared mailbox."""
    _COLLECTION.show(context, mailbox)


@command(group, "update")
def update(
    context: CommandContext,
    *,
    mailbox: MailboxReference,
    name: Annotated[str | None, typer.Option(help="Name of the mailbox.")] = None,
    members: Members = None,
    pin: Annotated[str | None, typer.Option(help="PIN of 4 to 12 digits; empty to remove.")] = None,
    lamp: MwiOption = None,
    on: Annotated[bool | None, typer.Option("--on/--off", help="Accept messages.")] = None,
    old_messages: Annotated[str | None, typer.Option(help="When switching off: keep, put_away or erase.")] = None,
) -> None:
    """Change a shared mailbox."""
    body = {"name": name, "members": split_list(members), "pin": pin, "lamp": lamp}
    body |= {"enabled": on, "old_messages": old_messages}
    _COLLECTION.update(context, mailbox, body)


@command(extensions.group, "voicemail")
@command(group, "switch")
def switch(
    context: CommandContext,
    *,
    extension: Annotated[str | None, typer.Argument(metavar="EXTENSION", help="Extension; all if omitted.")] = None,
    on: Annotated[bool, typer.Option("--on/--off", help="Send unanswered calls to voicemail.")],
    old_messages: OldMessages = None,
) -> None:
    """Switch voicemail on or off.

    Applies to all extensions, or to one. Switching off requires --old-messages if there are messages.
    """
    body = {"enabled": on, "old_messages": old_messages}

    async def request(api: ApiClient) -> Json:
        return await api.patch(_settings_path(extension), body, tenant=await api.resolve_tenant(context.tenant))

    columns = {"enabled": "on"} if extension is None else {"number": "number", "enabled": "on"}
    print_item(context.run(request), columns, as_json=context.as_json)


@command(group, "mail")
def mail(
    context: CommandContext,
    *,
    extension: Annotated[str | None, typer.Argument(metavar="EXTENSION", help="Extension; all if omitted.")] = None,
    on: Annotated[bool | None, typer.Option("--on/--off", help="Send an e-mail for each new message.")] = None,
    caller: Annotated[
        bool | None, typer.Option("--caller/--no-caller", help="Include the caller in the e-mail.")
    ] = None,
    sound: Annotated[
        bool | None,
        typer.Option(
            "--sound/--no-sound",
            help="Attach the audio. For all: allow it; for one extension: set by its user only.",
        ),
    ] = None,
) -> None:
    """Show or set e-mails about new messages."""
    body = {"mail_sound": sound} if extension is None else {"mail": on, "mail_caller": caller, "mail_sound": sound}
    if extension is None and not (on is None and caller is None):
        raise CliError("These options need an extension.", "For example: unificx mailbox mail 1001 --off")

    async def request(api: ApiClient) -> Json:
        tenant = await api.resolve_tenant(context.tenant)
        path = _settings_path(extension)
        if all(value is None for value in body.values()):
            return await api.get(path, tenant=tenant)
        return await api.patch(path, body, tenant=tenant)

    print_item(
        context.run(request),
        _EMAIL_COLUMNS if extension is not None else {"mail_sound": "sound"},
        as_json=context.as_json,
    )


@command(group, "greetings")
def greetings(context: CommandContext, mailbox: AnyMailboxReference) -> None:
    """List the custom greetings of a mailbox."""

    async def request(api: ApiClient) -> list[Json]:
        found = await api.get(
            f"{_COLLECTION.item_path(mailbox)}/greetings", tenant=await api.resolve_tenant(context.tenant)
        )
        return found["items"]

    print_items(
        context.run(request), _GREETING_COLUMNS, as_json=context.as_json, empty_text="The standard greeting is played."
    )


@command(group, "greet")
def greet(
    context: CommandContext,
    *,
    mailbox: AnyMailboxReference,
    kind: Kind = "no_answer",
    file: File = None,
    text: Text = None,
    language: Language = "en",
    until: Annotated[str | None, typer.Option(help="End of a temporary greeting, such as 2027-01-06T00:00Z.")] = None,
    off: Annotated[bool, typer.Option("--off", help="Delete the greeting.")] = False,
) -> None:
    """Set or delete a greeting of a mailbox.

    The greeting is an audio file, or a text for speech synthesis. States of an extension with a greeting of their own:
    do_not_disturb, away, lunch, trip, off_work."""
    path = f"{_COLLECTION.item_path(mailbox)}/greetings/{quote_segment(kind)}"
    if off:
        delete_sound(context, path, "The standard greeting is played.")
    else:
        print_item(
            upload_sound(context, path, sound_source(file, text, language), until=until),
            _GREETING_COLUMNS,
            as_json=context.as_json,
        )


@command(group, "delete")
def delete(context: CommandContext, mailbox: MailboxReference) -> None:
    """Delete a mailbox and all its messages."""
    _COLLECTION.delete(context, mailbox, "The mailbox was deleted.")


def _settings_path(extension: str | None) -> str:
    """Return the settings path of one extension, or of all."""
    return "/voicemail/settings" if extension is None else f"/extensions/{quote_segment(extension)}/voicemail"

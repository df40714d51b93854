"""`unificx mailbox`: shared mailboxes and voicemail settings."""

from typing import Annotated

import typer

from unificx.cli.api_client import Api, Json, quoted
from unificx.cli.collection import Collection
from unificx.cli.command import At, noun, verb
from unificx.cli.errors import Trouble
from unificx.cli.output import print_item, print_items
from unificx.cli.uploads import File, Language, Text, put, said, take_away

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


def _flat(found: Json) -> Json:
    return {**found, "members": ", ".join(found["members"])}


_ALL = Collection("/mailboxes", _COLUMNS, _COLUMNS, _flat)
_MAIL = {"number": "number", "mail": "e-mail", "mail_caller": "caller", "mail_sound": "sound", "may_mail_sound": "may"}
_GREETINGS = {"kind": "for", "until": "until"}

Which = Annotated[str, typer.Argument(metavar="NUMBER", help="Number or id of the mailbox.")]
AnyBox = Annotated[str, typer.Argument(metavar="NUMBER", help="Number of an extension or a shared mailbox.")]
Kind = Annotated[str, typer.Option(help="no_answer, busy or temporary.")]
Members = Annotated[str | None, typer.Option(help="Member extensions, such as 1001,1002.")]
Lamp = Annotated[bool | None, typer.Option("--lamp/--no-lamp", help="Show new messages on members' phones (MWI).")]

OldMessages = Annotated[str | None, typer.Option(help="When switching off: keep, put_away or erase.")]

group = noun("mailbox", "Manage shared mailboxes and voicemail.")


@verb(group, "create")
def create(
    context: At,
    *,
    number: Annotated[str, typer.Option(help="Unused number of 2 to 8 digits.")],
    name: Annotated[str | None, typer.Option(help="Name of the mailbox.")] = None,
    members: Members = None,
    pin: Annotated[str | None, typer.Option(help="PIN for *98 from other phones: 4 to 12 digits.")] = None,
    lamp: Lamp = None,
) -> None:
    """Create a shared mailbox."""
    body = {"number": number, "name": name, "members": _listed(members), "pin": pin, "lamp": lamp}
    _ALL.create(context, body)


@verb(group, "list")
def list_(context: At) -> None:
    """List shared mailboxes."""
    _ALL.list(context, "There are no shared mailboxes yet.")


@verb(group, "show")
def show(context: At, mailbox: Which) -> None:
    """Show a shared mailbox."""
    _ALL.show(context, mailbox)


@verb(group, "update")
def update(
    context: At,
    *,
    mailbox: Which,
    name: Annotated[str | None, typer.Option(help="Name of the mailbox.")] = None,
    members: Members = None,
    pin: Annotated[str | None, typer.Option(help="PIN of 4 to 12 digits; empty to remove.")] = None,
    lamp: Lamp = None,
    on: Annotated[bool | None, typer.Option("--on/--off", help="Accept messages.")] = None,
    old_messages: Annotated[str | None, typer.Option(help="When switching off: keep, put_away or erase.")] = None,
) -> None:
    """Change a shared mailbox."""
    body = {"name": name, "members": _listed(members), "pin": pin, "lamp": lamp}
    body |= {"enabled": on, "old_messages": old_messages}
    _ALL.update(context, mailbox, body)


@verb(group, "switch")
def switch(
    context: At,
    *,
    extension: Annotated[str | None, typer.Argument(metavar="EXTENSION", help="Extension; all if omitted.")] = None,
    on: Annotated[bool, typer.Option("--on/--off", help="Send unanswered calls to voicemail.")],
    old_messages: OldMessages = None,
) -> None:
    """Switch voicemail on or off.

    Applies to all extensions, or to one. Switching off requires --old-messages if there are messages.
    """
    body = {"enabled": on, "old_messages": old_messages}

    async def request(api: Api) -> Json:
        return await api.patch(_settings(extension), body, tenant=await api.organisation(context.tenant))

    columns = {"enabled": "on"} if extension is None else {"number": "number", "enabled": "on"}
    print_item(context.ask(request), columns, as_json=context.as_json)


@verb(group, "mail")
def mail(
    context: At,
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
        raise Trouble("These options need an extension.", "For example: unificx mailbox mail 1001 --off")

    async def request(api: Api) -> Json:
        tenant = await api.organisation(context.tenant)
        path = _settings(extension)
        if all(value is None for value in body.values()):
            return await api.get(path, tenant=tenant)
        return await api.patch(path, body, tenant=tenant)

    print_item(
        context.ask(request), _MAIL if extension is not None else {"mail_sound": "sound"}, as_json=context.as_json
    )


@verb(group, "greetings")
def greetings(context: At, mailbox: AnyBox) -> None:
    """List the custom greetings of a mailbox."""

    async def request(api: Api) -> list[Json]:
        found = await api.get(f"{_ALL.item_path(mailbox)}/greetings", tenant=await api.organisation(context.tenant))
        return found["items"]

    print_items(context.ask(request), _GREETINGS, as_json=context.as_json, nothing="The standard greeting is played.")


@verb(group, "greet")
def greet(
    context: At,
    *,
    mailbox: AnyBox,
    kind: Kind = "no_answer",
    file: File = None,
    text: Text = None,
    language: Language = "en",
    until: Annotated[str | None, typer.Option(help="End of a temporary greeting, such as 2027-01-06T00:00Z.")] = None,
    off: Annotated[bool, typer.Option("--off", help="Delete the greeting.")] = False,
) -> None:
    """Set or delete a greeting of a mailbox.

    The greeting is an audio file, or a text for speech synthesis."""
    path = f"{_ALL.item_path(mailbox)}/greetings/{quoted(kind)}"
    if off:
        take_away(context, path, "The standard greeting is played.")
    else:
        print_item(put(context, path, said(file, text, language), until=until), _GREETINGS, as_json=context.as_json)


@verb(group, "delete")
def delete(context: At, mailbox: Which) -> None:
    """Delete a mailbox and all its messages."""
    _ALL.delete(context, mailbox, "The mailbox was deleted.")


def _settings(extension: str | None) -> str:
    """Return the settings path of one extension, or of all."""
    return "/voicemail/settings" if extension is None else f"/extensions/{quoted(extension)}/voicemail"


def _listed(members: str | None) -> list[str] | None:
    return None if members is None else [one.strip() for one in members.split(",") if one.strip()]

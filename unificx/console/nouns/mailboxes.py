"""`unificx mailbox`: mailboxes that several share."""

from typing import Annotated

import typer

from unificx.console.api import Api, Json, quoted
from unificx.console.collection import Collection
from unificx.console.command import At, noun, verb
from unificx.console.oneline import Trouble
from unificx.console.output import print_item, print_items
from unificx.console.uploading import File, Language, Text, put, said, take_away

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

Which = Annotated[str, typer.Argument(metavar="NUMBER", help="Its number or id.")]
AnyBox = Annotated[str, typer.Argument(metavar="NUMBER", help="Of an extension, or of a mailbox that several share.")]
Kind = Annotated[str, typer.Option(help="no_answer, busy or temporary.")]
Members = Annotated[str | None, typer.Option(help="Extensions that share it, such as 1001,1002.")]
Lamp = Annotated[bool | None, typer.Option("--lamp/--no-lamp", help="Its messages light the members' lamps.")]

OldMessages = Annotated[str | None, typer.Option(help="Switched off: keep, put_away or erase what is there.")]

group = noun("mailbox", "Mailboxes that several share.")


@verb(group, "create")
def create(
    at: At,
    *,
    number: Annotated[str, typer.Option(help="2 to 8 digits that lead nowhere else.")],
    name: Annotated[str | None, typer.Option(help="What it is called.")] = None,
    members: Members = None,
    pin: Annotated[str | None, typer.Option(help="For *98 from other telephones: 4 to 12 digits.")] = None,
    lamp: Lamp = None,
) -> None:
    """Make a mailbox that is dialled."""
    body = {"number": number, "name": name, "members": _listed(members), "pin": pin, "lamp": lamp}
    _ALL.create(at, body)


@verb(group, "list")
def list_(at: At) -> None:
    """List mailboxes."""
    _ALL.list(at, "There is no shared mailbox yet.")


@verb(group, "show")
def show(at: At, mailbox: Which) -> None:
    """Show a mailbox."""
    _ALL.show(at, mailbox)


@verb(group, "update")
def update(
    at: At,
    *,
    mailbox: Which,
    name: Annotated[str | None, typer.Option(help="What it is called.")] = None,
    members: Members = None,
    pin: Annotated[str | None, typer.Option(help="4 to 12 digits. Empty: none.")] = None,
    lamp: Lamp = None,
    on: Annotated[bool | None, typer.Option("--on/--off", help="Whether it takes messages.")] = None,
    old_messages: Annotated[
        str | None, typer.Option(help="Switched off: keep, put_away or erase what is in it.")
    ] = None,
) -> None:
    """Change a mailbox."""
    body = {"name": name, "members": _listed(members), "pin": pin, "lamp": lamp}
    body |= {"enabled": on, "old_messages": old_messages}
    _ALL.update(at, mailbox, body)


@verb(group, "switch")
def switch(
    at: At,
    *,
    extension: Annotated[
        str | None, typer.Argument(metavar="EXTENSION", help="Whose; everybody's if not said.")
    ] = None,
    on: Annotated[bool, typer.Option("--on/--off", help="Whether calls nobody takes go to voicemail.")],
    old_messages: OldMessages = None,
) -> None:
    """Switch voicemail on or off: for everybody, or for one extension.

    Off needs --old-messages where there are any.
    """
    body = {"enabled": on, "old_messages": old_messages}

    async def ask(api: Api) -> Json:
        return await api.patch(_settings(extension), body, tenant=await api.organisation(at.tenant))

    columns = {"enabled": "on"} if extension is None else {"number": "number", "enabled": "on"}
    print_item(at.ask(ask), columns, as_json=at.as_json)


@verb(group, "mail")
def mail(
    at: At,
    *,
    extension: Annotated[
        str | None, typer.Argument(metavar="EXTENSION", help="Whose; everybody's if not said.")
    ] = None,
    on: Annotated[bool | None, typer.Option("--on/--off", help="An e-mail tells of each new message.")] = None,
    caller: Annotated[bool | None, typer.Option("--caller/--no-caller", help="It says who called.")] = None,
    sound: Annotated[
        bool | None,
        typer.Option(
            "--sound/--no-sound",
            help="The message itself is in it: for everybody whether that is let, for one by its owner alone.",
        ),
    ] = None,
) -> None:
    """Say what e-mails about new messages have in them, or see it."""
    body = {"mail_sound": sound} if extension is None else {"mail": on, "mail_caller": caller, "mail_sound": sound}
    if extension is None and not (on is None and caller is None):
        raise Trouble("That is for each extension to say.", "Name one, such as: unificx mailbox mail 1001 --off")

    async def ask(api: Api) -> Json:
        tenant = await api.organisation(at.tenant)
        path = _settings(extension)
        if all(value is None for value in body.values()):
            return await api.get(path, tenant=tenant)
        return await api.patch(path, body, tenant=tenant)

    print_item(at.ask(ask), _MAIL if extension is not None else {"mail_sound": "sound"}, as_json=at.as_json)


@verb(group, "greetings")
def greetings(at: At, mailbox: AnyBox) -> None:
    """List the greetings of its own that a mailbox has."""

    async def ask(api: Api) -> list[Json]:
        found = await api.get(f"{_ALL.at(mailbox)}/greetings", tenant=await api.organisation(at.tenant))
        return found["items"]

    print_items(at.ask(ask), _GREETINGS, as_json=at.as_json, nothing="Callers hear the standard greeting.")


@verb(group, "greet")
def greet(
    at: At,
    *,
    mailbox: AnyBox,
    kind: Kind = "no_answer",
    file: File = None,
    text: Text = None,
    language: Language = "en",
    until: Annotated[str | None, typer.Option(help="A temporary one's end, such as 2027-01-06T00:00Z.")] = None,
    off: Annotated[bool, typer.Option("--off", help="Take it away.")] = False,
) -> None:
    """Give a mailbox a greeting of its own: a recording, or a text that is spoken; or take it away."""
    path = f"{_ALL.at(mailbox)}/greetings/{quoted(kind)}"
    if off:
        take_away(at, path, "Callers hear the standard greeting.")
    else:
        print_item(put(at, path, said(file, text, language), until=until), _GREETINGS, as_json=at.as_json)


@verb(group, "delete")
def delete(at: At, mailbox: Which) -> None:
    """Delete a mailbox and all that was left in it, for good."""
    _ALL.delete(at, mailbox, "The mailbox is gone.")


def _settings(extension: str | None) -> str:
    """Of one extension's mailbox, or of all."""
    return "/voicemail/settings" if extension is None else f"/extensions/{quoted(extension)}/voicemail"


def _listed(members: str | None) -> list[str] | None:
    return None if members is None else [one.strip() for one in members.split(",") if one.strip()]

"""`unificx sound`: custom prompts and hold music."""

from typing import Annotated

import typer

from unificx.cli.api_client import Api, Json, quoted
from unificx.cli.command import At, noun, verb
from unificx.cli.errors import Trouble
from unificx.cli.output import print_item, print_items
from unificx.cli.uploads import File, Language, Text, put, said, take_away

_OWN = {"name": "name", "language": "language", "seconds": "seconds", "created": "created"}
_PROMPTS = {"name": "name", "code": "code for *77", "own": "custom", "text": "standard text"}
_MUSIC = "music/hold"

Name = Annotated[str, typer.Argument(metavar="NAME", help="Prompt such as voicemail/leave, or music/hold.")]

group = noun("sound", "Manage custom prompts and hold music.")


@verb(group, "list")
def list_(context: At) -> None:
    """List the custom sounds of a tenant."""

    async def request(api: Api) -> list[Json]:
        return (await api.get("/sounds", tenant=await api.organisation(context.tenant)))["items"]

    print_items(context.ask(request), _OWN, as_json=context.as_json, nothing="There are no custom sounds.")


@verb(group, "prompts")
def prompts(context: At, language: Language = "en") -> None:
    """List all prompts."""

    async def request(api: Api) -> list[Json]:
        tenant = await api.organisation(context.tenant)
        return (await api.get("/sounds/prompts", language=language, tenant=tenant))["items"]

    print_items(
        context.ask(request), _PROMPTS, as_json=context.as_json, nothing="There are no prompts in this language."
    )


@verb(group, "set")
def set_(
    context: At,
    *,
    name: Name,
    file: File = None,
    text: Text = None,
    language: Language = "en",
    speaker: Annotated[
        str | None, typer.Option(metavar="EXTENSION", help="Speaker; the sound is deleted with its user.")
    ] = None,
) -> None:
    """Set a custom prompt or hold music.

    The sound is an audio file, or a text for speech synthesis."""
    found = put(context, _path(name, language), said(file, text, language), speaker=speaker)
    print_item(found, _OWN, as_json=context.as_json)


@verb(group, "delete")
def delete(context: At, name: Name, language: Language = "en") -> None:
    """Restore a standard sound."""
    take_away(context, _path(name, language), "The standard sound was restored.")


def _path(name: str, language: str) -> str:
    group, slash, prompt = name.partition("/")
    if not (group and slash and prompt):
        raise Trouble("Invalid prompt name.", "See `unificx sound prompts`.")
    return f"/sounds/{'any' if name == _MUSIC else quoted(language)}/{quoted(group)}/{quoted(prompt)}"

"""`unificx sound`: music on hold and prompts of one's own."""

from typing import Annotated

import typer

from unificx.console.api import Api, Json, quoted
from unificx.console.command import At, noun, verb
from unificx.console.oneline import Trouble
from unificx.console.output import print_item, print_items
from unificx.console.uploading import File, Language, Text, put, said, take_away

_OWN = {"name": "name", "language": "language", "seconds": "seconds", "created": "since"}
_PROMPTS = {"name": "name", "code": "code for *77", "own": "own", "text": "standard text"}
_MUSIC = "music/hold"

Name = Annotated[str, typer.Argument(metavar="NAME", help="Of a prompt, such as voicemail/leave; or music/hold.")]

group = noun("sound", "Music on hold and prompts of one's own.")


@verb(group, "list")
def list_(at: At) -> None:
    """List the sounds an organisation has of its own."""

    async def ask(api: Api) -> list[Json]:
        return (await api.get("/sounds", tenant=await api.organisation(at.tenant)))["items"]

    print_items(at.ask(ask), _OWN, as_json=at.as_json, nothing="The standard sounds are heard.")


@verb(group, "prompts")
def prompts(at: At, language: Language = "en") -> None:
    """List all that is said, and which of it is one's own."""

    async def ask(api: Api) -> list[Json]:
        where = await api.organisation(at.tenant)
        return (await api.get("/sounds/prompts", language=language, tenant=where))["items"]

    print_items(at.ask(ask), _PROMPTS, as_json=at.as_json, nothing="Nothing is said in this language.")


@verb(group, "set")
def set_(
    at: At,
    *,
    name: Name,
    file: File = None,
    text: Text = None,
    language: Language = "en",
    speaker: Annotated[
        str | None, typer.Option(metavar="EXTENSION", help="Whose voice it is: it goes with its owner.")
    ] = None,
) -> None:
    """Have a recording, or a text that is spoken, heard in the place of a prompt or of the music."""
    found = put(at, _path(name, language), said(file, text, language), speaker=speaker)
    print_item(found, _OWN, as_json=at.as_json)


@verb(group, "delete")
def delete(at: At, name: Name, language: Language = "en") -> None:
    """Have the standard sound heard again."""
    take_away(at, _path(name, language), "The standard sound is heard again.")


def _path(name: str, language: str) -> str:
    group, slash, prompt = name.partition("/")
    if not (group and slash and prompt):
        raise Trouble("That is no prompt's name.", "`unificx sound prompts` lists them.")
    return f"/sounds/{'any' if name == _MUSIC else quoted(language)}/{quoted(group)}/{quoted(prompt)}"

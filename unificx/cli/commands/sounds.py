"""`unificx sound`: custom prompts and hold music."""

from typing import Annotated

import typer

from unificx.cli.api_client import ApiClient, Json, quote_segment
from unificx.cli.command import CommandContext, command, command_group
from unificx.cli.errors import CliError
from unificx.cli.output import print_item, print_items
from unificx.cli.uploads import File, Language, Text, delete_sound, sound_source, upload_sound

_SOUND_COLUMNS = {"name": "name", "language": "language", "seconds": "seconds", "created": "created"}
_PROMPT_COLUMNS = {"name": "name", "code": "code for *77", "own": "custom", "text": "standard text"}
_HOLD_MUSIC, _OWN = "music/hold", "own"

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="Prompt such as voicemail/leave, music/hold, or own/NAME for a new sound.")
]

group = command_group("sound", "Manage custom prompts and hold music.")


@command(group, "list")
def list_(context: CommandContext) -> None:
    """List the custom sounds of a tenant."""

    async def request(api: ApiClient) -> list[Json]:
        return (await api.get("/sounds", tenant=await api.resolve_tenant(context.tenant)))["items"]

    print_items(context.run(request), _SOUND_COLUMNS, as_json=context.as_json, empty_text="There are no custom sounds.")


@command(group, "prompts")
def prompts(context: CommandContext, language: Language = "en") -> None:
    """List all prompts."""

    async def request(api: ApiClient) -> list[Json]:
        tenant = await api.resolve_tenant(context.tenant)
        return (await api.get("/sounds/prompts", language=language, tenant=tenant))["items"]

    print_items(
        context.run(request),
        _PROMPT_COLUMNS,
        as_json=context.as_json,
        empty_text="There are no prompts in this language.",
    )


@command(group, "set")
def set_(
    context: CommandContext,
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
    found = upload_sound(context, _sound_path(name, language), sound_source(file, text, language), speaker=speaker)
    print_item(found, _SOUND_COLUMNS, as_json=context.as_json)


@command(group, "delete")
def delete(context: CommandContext, name: Name, language: Language = "en") -> None:
    """Restore a standard sound."""
    delete_sound(context, _sound_path(name, language), "The standard sound was restored.")


def _sound_path(name: str, language: str) -> str:
    category, slash, prompt = name.partition("/")
    if not (category and slash and prompt):
        raise CliError("Invalid prompt name.", "See `unificx sound prompts`.")
    folder = "any" if name == _HOLD_MUSIC or category == _OWN else quote_segment(language)
    return f"/sounds/{folder}/{quote_segment(category)}/{quote_segment(prompt)}"

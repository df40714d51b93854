"""Sound uploads: an audio file, or a text for speech synthesis."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from unificx.cli.api_client import ApiClient, Json
from unificx.cli.command import CommandContext
from unificx.cli.errors import CliError
from unificx.cli.output import print_done

MAX_BYTES = 10 << 20
File = Annotated[Path | None, typer.Option(metavar="FILE", help="Audio file: WAV, MP3, Ogg or FLAC.")]
Text = Annotated[str | None, typer.Option(help="Text to be synthesized instead.")]
Language = Annotated[str, typer.Option(help="en or de.")]

SoundSource = bytes | Mapping[str, object]


def sound_source(file: Path | None, text: str | None, language: str) -> SoundSource:
    """Return the data to upload. Raises CliError unless exactly one is given, or if the file is unusable."""
    if (file is None) == (text is None):
        raise CliError("An audio file or a text is required.", "Use either --file or --text.")
    if file is None:
        return {"text": text, "language": language}
    return read_file(file, MAX_BYTES, "audio file")


def read_file(file: Path, max_bytes: int, kind: str) -> bytes:
    """Return the content of a file. Raises CliError if it is unreadable or larger than `max_bytes`."""
    try:
        with file.open("rb") as opened:
            data = opened.read(max_bytes + 1)
    except OSError as fault:
        raise CliError(f"{file} cannot be read: {fault.strerror}.", f"Choose a readable {kind}.") from None
    if len(data) > max_bytes:
        limit = f"{max_bytes >> 20} MiB" if max_bytes >= 1 << 20 else f"{max_bytes >> 10} KiB"
        raise CliError("The file is too large.", f"The limit is {limit}.")
    return data


def upload_sound(context: CommandContext, path: str, sound: SoundSource, **params: object) -> Json:
    """Upload a sound to `path`."""

    async def request(api: ApiClient) -> Json:
        tenant = await api.resolve_tenant(context.tenant)
        if isinstance(sound, bytes):
            return await api.upload(path, sound, tenant=tenant, **params)
        return await api.put(f"{path}/text", sound, tenant=tenant, **params)

    return context.run(request)


def delete_sound(context: CommandContext, path: str, message: str) -> None:
    """Delete the sound at `path` and print the message `did`."""

    async def request(api: ApiClient) -> None:
        await api.delete(path, tenant=await api.resolve_tenant(context.tenant))

    context.run(request)
    print_done(message, {"deleted": path}, as_json=context.as_json)

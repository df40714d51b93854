"""Sound uploads: an audio file, or a text for speech synthesis."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from unificx.cli.api_client import Api, Json
from unificx.cli.command import At
from unificx.cli.errors import Trouble
from unificx.cli.output import print_done

MOST = 10 << 20
File = Annotated[Path | None, typer.Option(metavar="FILE", help="Audio file: WAV, MP3, Ogg or FLAC.")]
Text = Annotated[str | None, typer.Option(help="Text to be synthesized instead.")]
Language = Annotated[str, typer.Option(help="en or de.")]

Said = bytes | Mapping[str, object]


def said(file: Path | None, text: str | None, language: str) -> Said:
    """Return the data to upload. Raises CliError unless exactly one is given, or if the file is unusable."""
    if (file is None) == (text is None):
        raise Trouble("An audio file or a text is required.", "Use either --file or --text.")
    if file is None:
        return {"text": text, "language": language}
    try:
        with file.open("rb") as opened:
            data = opened.read(MOST + 1)
    except OSError as fault:
        raise Trouble(f"{file} cannot be read: {fault.strerror}.", "Choose a readable audio file.") from None
    if len(data) > MOST:
        raise Trouble("The file is too large.", f"The limit is {MOST >> 20} MiB.")
    return data


def put(context: At, path: str, sound: Said, **params: object) -> Json:
    """Upload a sound to `path`."""

    async def request(api: Api) -> Json:
        tenant = await api.organisation(context.tenant)
        if isinstance(sound, bytes):
            return await api.upload(path, sound, tenant=tenant, **params)
        return await api.put(f"{path}/text", sound, tenant=tenant, **params)

    return context.ask(request)


def take_away(context: At, path: str, did: str) -> None:
    """Delete the sound at `path` and print the message `did`."""

    async def request(api: Api) -> None:
        await api.delete(path, tenant=await api.organisation(context.tenant))

    context.ask(request)
    print_done(did, {"deleted": path}, as_json=context.as_json)

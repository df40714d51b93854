"""Sounds that commands bring: a file, or a text that is to be spoken."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from unificx.console.api import Api, Json
from unificx.console.command import At
from unificx.console.oneline import Trouble
from unificx.console.output import print_done

MOST = 10 << 20
File = Annotated[Path | None, typer.Option(metavar="FILE", help="A recording: WAV, MP3, Ogg or FLAC.")]
Text = Annotated[str | None, typer.Option(help="A text that is spoken instead.")]
Language = Annotated[str, typer.Option(help="en or de.")]

Said = bytes | Mapping[str, object]


def said(file: Path | None, text: str | None, language: str) -> Said:
    """What is to be sent. Raises Trouble unless it is one of both, and for a file of no use."""
    if (file is None) == (text is None):
        raise Trouble("Either a recording or a text is needed.", "Say --file or --text.")
    if file is None:
        return {"text": text, "language": language}
    try:
        with file.open("rb") as opened:
            data = opened.read(MOST + 1)
    except OSError as fault:
        raise Trouble(f"{file} cannot be read: {fault.strerror}.", "Name a recording that is there.") from None
    if len(data) > MOST:
        raise Trouble("The file is too large.", f"At most {MOST >> 20} MiB are taken.")
    return data


def put(at: At, path: str, sound: Said, **params: object) -> Json:
    """Have a sound used at `path`."""

    async def ask(api: Api) -> Json:
        tenant = await api.organisation(at.tenant)
        if isinstance(sound, bytes):
            return await api.upload(path, sound, tenant=tenant, **params)
        return await api.put(f"{path}/text", sound, tenant=tenant, **params)

    return at.ask(ask)


def take_away(at: At, path: str, did: str) -> None:
    """Take the sound at `path` away; `did` is said then."""

    async def ask(api: Api) -> None:
        await api.delete(path, tenant=await api.organisation(at.tenant))

    at.ask(ask)
    print_done(did, {"deleted": path}, as_json=at.as_json)

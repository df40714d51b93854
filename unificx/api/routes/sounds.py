"""Hold music and custom prompts: upload, speech synthesis, playback, removal."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, status
from starlette.responses import Response

from unificx.api.access import AskerDep, Reach, ServicesDep, TenantQuery, reach
from unificx.api.audio_responses import PLAYED, WAV, Format, sound_response
from unificx.api.problems import refusals
from unificx.api.schemas import core
from unificx.api.schemas import sounds as models
from unificx.api.schemas.voicemail import SpokenText
from unificx.api.scoped_lookup import extension_within
from unificx.api.services import Services
from unificx.api.uploads import BODY
from unificx.audio_store import CustomSound, check_prompt, check_replaceable, is_notice, sound_limits, wav_header
from unificx.identity import Action
from unificx.media.sounds import Sound
from unificx.prompts import ANY, MUSIC, RenderedPrompt, load_manifest, prompt_code, prompt_texts

router = APIRouter(prefix="/api/v1/sounds", tags=["sounds"])

Word = Annotated[str, Path(max_length=64, pattern=r"^[a-z0-9-]+$")]
Speaker = Annotated[
    str | None,
    Query(
        max_length=64,
        pattern=core.REFERENCE,
        description="Your extension whose user is speaking, if any: the sound is erased together with that"
        " person's data.",
    ),
]
_PUT = refusals(401, 403, 404, 408, 410, 429, 507)
_PLACE = "/{language}/{group}/{prompt}"


@dataclass(frozen=True, slots=True)
class Place:
    """Key of a sound: language and name."""

    language: models.Language
    name: str


def _place(language: models.Language, group: Word, prompt: Word) -> Place:
    return Place(language, f"{group}/{prompt}")


PlaceDep = Annotated[Place, Depends(_place)]


@router.get("", responses=refusals(401, 403, 404))
async def list_sounds(services: ServicesDep, asker: AskerDep, tenant: TenantQuery = None) -> core.Page[models.OwnSound]:
    """List the custom sounds of a tenant."""
    within = await reach(services, asker, tenant, Action.TENANT_READ)
    found = services.own_sounds.all(within.tenant_id)
    return core.Page(items=[models.OwnSound.model_validate(one) for one in found], next=None)


@router.get("/prompts", responses=refusals(401, 403, 404))
async def list_prompts(
    services: ServicesDep, asker: AskerDep, language: models.Language = "en", tenant: TenantQuery = None
) -> core.Page[models.Prompt]:
    """List the prompts of a language with their standard texts; for `any` the hold music."""
    within = await reach(services, asker, tenant, Action.TENANT_READ)
    own = {one.name: one for one in services.own_sounds.all(within.tenant_id) if one.language == language}
    known, standard = {MUSIC: ""} if language == ANY else prompt_texts(language), load_manifest()[language]
    items = [_prompt(language, name, text, (own.get(name), standard[name])) for name, text in sorted(known.items())]
    return core.Page(items=items, next=None)


@router.put(_PLACE, responses=_PUT, openapi_extra=BODY)
async def put_sound(  # noqa: PLR0917 - the request's own parts
    request: Request,
    services: ServicesDep,
    asker: AskerDep,
    place: PlaceDep,
    speaker: Speaker = None,
    tenant: TenantQuery = None,
) -> models.OwnSound:
    """Upload a custom prompt or hold music (`any/music/hold`). It is normalized in loudness and may last two minutes,
    music five."""
    within = await reach(services, asker, tenant, Action.TENANT_CHANGE)
    check_replaceable(place.language, place.name)
    whose = await extension_within(services, within, speaker) if speaker is not None else None
    sound = await services.studio.sound(request.stream(), *sound_limits(place.name))
    return await _put(services, within, place, sound, whose.subject if whose is not None else None)


@router.put(_PLACE + "/text", responses=refusals(401, 403, 404, 409, 429, 507))
async def put_sound_text(
    services: ServicesDep,
    asker: AskerDep,
    place: PlaceDep,
    text: SpokenText,
    tenant: TenantQuery = None,
) -> models.OwnSound:
    """Synthesize a custom prompt from text. Fails with `no-speech-engine` if no voice is installed."""
    within = await reach(services, asker, tenant, Action.TENANT_CHANGE)
    check_replaceable(place.language, place.name)
    return await _put(services, within, place, await services.studio.spoken(text.text, text.language))


@router.get(_PLACE + "/audio", response_class=Response, responses={**refusals(401, 403, 404, 410, 416), **PLAYED})
async def hear_sound(  # noqa: PLR0917 - the request's own parts
    request: Request,
    services: ServicesDep,
    asker: AskerDep,
    place: PlaceDep,
    tenant: TenantQuery = None,
    format: Format = None,
) -> Response:
    """Play a sound: the custom one, or the standard one, which is always sent complete and as WAV."""
    within = await reach(services, asker, tenant, Action.TENANT_READ)
    check_prompt(place.language, place.name)
    own = services.own_sounds.get(within.tenant_id, place.language, place.name)
    if own is not None:
        return await sound_response(services.own_sounds.open(own), request, format)
    [sound] = await services.voice.named(place.name, place.language, within.tenant_id)
    return Response(wav_header(len(sound.pcm), sound.rate, 1) + sound.pcm, media_type=WAV)


@router.delete(_PLACE, status_code=status.HTTP_204_NO_CONTENT, responses=refusals(401, 403, 404))
async def delete_sound(
    services: ServicesDep,
    asker: AskerDep,
    place: PlaceDep,
    tenant: TenantQuery = None,
) -> None:
    """Erase a custom sound. The standard one is played again."""
    within = await reach(services, asker, tenant, Action.TENANT_CHANGE)
    await services.own_sounds.drop(services.own_sounds.find(within.tenant_id, place.language, place.name))


async def _put(
    services: Services, within: Reach, place: Place, sound: Sound, speaker: str | None = None
) -> models.OwnSound:
    return models.OwnSound.model_validate(
        await services.own_sounds.put((within.tenant_id, place.language, place.name), sound, speaker)
    )


def _prompt(
    language: models.Language, name: str, text: str, sounds: tuple[CustomSound | None, RenderedPrompt]
) -> models.Prompt:
    own, standard = sounds
    return models.Prompt(
        name=name,
        language=language,
        text=text,
        code=prompt_code(name),
        replaceable=not is_notice(name),
        own=own is not None,
        seconds=(own or standard).seconds,
    )

"""Hold music and custom prompts: upload, speech synthesis, playback, removal."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Query, Request, status
from starlette.responses import Response

from unificx.api.access import AccessScope, CurrentUserDep, ServicesDep, TenantQuery, purpose, require_access
from unificx.api.audio_responses import AUDIO_RESPONSES, WAV, Format, audio_response
from unificx.api.problems import problem_responses
from unificx.api.router import Router
from unificx.api.schemas import core
from unificx.api.schemas import sounds as models
from unificx.api.schemas.voicemail import SpokenText
from unificx.api.scoped_lookup import extension_in_scope
from unificx.api.services import Services
from unificx.api.uploads import UPLOAD_BODY
from unificx.audio_store import (
    MENU_SOUNDS,
    OWN_SOUNDS,
    CustomSound,
    check_prompt,
    check_replaceable,
    is_notice,
    sound_limits,
    wav_header,
)
from unificx.identity import Action
from unificx.media.sounds import Sound
from unificx.prompts import ANY, MUSIC, RenderedPrompt, load_manifest, prompt_code, prompt_texts
from unificx.routing import DestinationRef

router = Router(prefix="/api/v1/sounds", tags=["sounds"], dependencies=[purpose("administration")])

NamePart = Annotated[str, Path(max_length=64, pattern=r"^[a-z0-9-]+$")]
Speaker = Annotated[
    str | None,
    Query(
        max_length=64,
        pattern=core.REFERENCE,
        description="Your extension whose user is speaking, if any: the sound is erased together with that"
        " person's data.",
    ),
]
_UPLOAD_PROBLEMS = problem_responses(401, 403, 404, 408, 410, 429, 507)
_SOUND_PATH = "/{language}/{group}/{prompt}"


@dataclass(frozen=True, slots=True)
class SoundKey:
    """Key of a sound: language and name."""

    language: models.Language
    name: str


async def _sound_key(language: models.Language, group: NamePart, prompt: NamePart) -> SoundKey:
    return SoundKey(language, f"{group}/{prompt}")


SoundKeyDep = Annotated[SoundKey, Depends(_sound_key)]


@router.get("", responses=problem_responses(401, 403, 404))
async def list_sounds(
    services: ServicesDep, user: CurrentUserDep, tenant: TenantQuery = None
) -> core.Page[models.CustomSound]:
    """List the custom sounds of a tenant."""
    scope = await require_access(services, user, tenant, Action.TENANT_READ)
    found = [one for one in services.custom_sounds.all(scope.tenant_id) if not one.name.startswith(MENU_SOUNDS)]
    return core.Page(items=[models.CustomSound.model_validate(one) for one in found], next=None)


@router.get("/prompts", responses=problem_responses(401, 403, 404))
async def list_prompts(
    services: ServicesDep, user: CurrentUserDep, language: models.Language = "en", tenant: TenantQuery = None
) -> core.Page[models.Prompt]:
    """List the prompts of a language with their standard texts; for `any` the hold music."""
    scope = await require_access(services, user, tenant, Action.TENANT_READ)
    own = {one.name: one for one in services.custom_sounds.all(scope.tenant_id) if one.language == language}
    known, standard = {MUSIC: ""} if language == ANY else prompt_texts(language), load_manifest()[language]
    items = [_prompt(language, name, text, (own.get(name), standard[name])) for name, text in sorted(known.items())]
    return core.Page(items=items, next=None)


@router.put(_SOUND_PATH, responses=_UPLOAD_PROBLEMS, openapi_extra=UPLOAD_BODY)
async def put_sound(  # noqa: PLR0917 - the request's own parts
    request: Request,
    services: ServicesDep,
    user: CurrentUserDep,
    key: SoundKeyDep,
    speaker: Speaker = None,
    tenant: TenantQuery = None,
) -> models.CustomSound:
    """Upload a custom prompt or hold music (`any/music/hold`). It is normalized in loudness and may last two minutes,
    music five."""
    scope = await require_access(services, user, tenant, Action.ANNOUNCEMENTS_CHANGE)
    check_replaceable(key.language, key.name)
    speaker_extension = await extension_in_scope(services, scope, speaker) if speaker is not None else None
    sound = await services.sound_converter.sound(request.stream(), *sound_limits(key.name))
    return await _store_sound(
        services, scope, key, sound, speaker_extension.subject if speaker_extension is not None else None
    )


@router.put(_SOUND_PATH + "/text", responses=problem_responses(401, 403, 404, 409, 429, 507))
async def put_sound_text(
    services: ServicesDep,
    user: CurrentUserDep,
    key: SoundKeyDep,
    text: SpokenText,
    tenant: TenantQuery = None,
) -> models.CustomSound:
    """Synthesize a custom prompt from text. Fails with `no-speech-engine` if no voice is installed."""
    scope = await require_access(services, user, tenant, Action.ANNOUNCEMENTS_CHANGE)
    check_replaceable(key.language, key.name)
    return await _store_sound(services, scope, key, await services.sound_converter.spoken(text.text, text.language))


@router.get(
    _SOUND_PATH + "/audio",
    response_class=Response,
    responses={**problem_responses(401, 403, 404, 410, 416), **AUDIO_RESPONSES},
)
async def hear_sound(  # noqa: PLR0917 - the request's own parts
    request: Request,
    services: ServicesDep,
    user: CurrentUserDep,
    key: SoundKeyDep,
    tenant: TenantQuery = None,
    format: Format = None,
) -> Response:
    """Play a sound: the custom one, or the standard one, which is always sent complete and as WAV."""
    scope = await require_access(services, user, tenant, Action.TENANT_READ)
    check_prompt(key.language, key.name)
    own = services.custom_sounds.get(scope.tenant_id, key.language, key.name)
    if own is not None:
        return await audio_response(services.custom_sounds.open(own), request, format)
    [sound] = await services.prompt_overrides.named(key.name, key.language, scope.tenant_id)
    return Response(wav_header(len(sound.pcm), sound.rate, 1) + sound.pcm, media_type=WAV)


@router.delete(_SOUND_PATH, status_code=status.HTTP_204_NO_CONTENT, responses=problem_responses(401, 403, 404, 409))
async def delete_sound(
    services: ServicesDep,
    user: CurrentUserDep,
    key: SoundKeyDep,
    tenant: TenantQuery = None,
) -> None:
    """Erase a custom sound. The standard one is played again; one with a name of its own must be unused."""
    scope = await require_access(services, user, tenant, Action.ANNOUNCEMENTS_CHANGE)
    check_prompt(key.language, key.name)
    for name in (key.name, key.name.removeprefix(OWN_SOUNDS)):
        services.destinations.require_unused(scope.tenant_id, DestinationRef("prompt", name))
    await services.custom_sounds.drop(services.custom_sounds.find(scope.tenant_id, key.language, key.name))


async def _store_sound(
    services: Services, scope: AccessScope, key: SoundKey, sound: Sound, speaker: str | None = None
) -> models.CustomSound:
    return models.CustomSound.model_validate(
        await services.custom_sounds.put((scope.tenant_id, key.language, key.name), sound, speaker)
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

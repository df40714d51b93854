"""`prompt:NAME`: sounds that are played before the call ends."""

from collections.abc import Mapping

from unificx.audio_store import CustomSounds, prompt_exists, sound_name
from unificx.ivr.app import PROMPT_APP
from unificx.prompts import ANY
from unificx.routing import CallApp, Destination, DestinationRef


class PromptKind:
    """The prompts, and the sounds that a tenant has stored under names of its own. Implements `DestinationKind`."""

    kind = "prompt"

    def __init__(self, sounds: CustomSounds) -> None:
        self._sounds = sounds

    def find(self, tenant_id: str, name: str) -> Destination | None:
        sound = sound_name(name)
        if sound is None or not (prompt_exists(sound) or self._sounds.get(tenant_id, ANY, sound)):
            return None
        return CallApp(PROMPT_APP, (name,))

    def at_number(self, tenant_id: str, dialled: str) -> Destination | None:
        del tenant_id, dialled
        return None

    def leads_to(self, tenant_id: str) -> Mapping[str, tuple[DestinationRef, ...]]:
        del tenant_id
        return {}

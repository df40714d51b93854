"""Audio mixer of the media engine: conferences, prompts, recording taps and DTMF for thousands of legs, with numpy.

Pure: packets and commands in, packets and events out. `unificx.media_worker` is the process that runs it.
"""

from unificx.media.mixer.command_handler import CommandHandler
from unificx.media.mixer.mixer import Mixer

__all__ = ["CommandHandler", "Mixer"]

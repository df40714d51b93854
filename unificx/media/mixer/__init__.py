"""The mixer of the media engine: rooms, prompts, recordings and keys for thousands of legs, as arithmetic on arrays.

Pure: bytes and orders in, bytes and events out. `unificx.net.engine` is the process around it.
"""

from unificx.media.mixer.desk import Desk
from unificx.media.mixer.mixer import Mixer

__all__ = ["Desk", "Mixer"]

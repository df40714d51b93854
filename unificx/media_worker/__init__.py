"""Media engine: a separate process that runs `unificx.media.mixer`, and its client.

`client.MediaEngineClient` is the client; `__main__` is the process, which imports nothing of the client.
"""

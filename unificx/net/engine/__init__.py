"""The media engine: a process of its own around `unificx.media.mixer`, and its client.

From outside this package `MediaEngine` and what goes with it is used; the process is `python -m unificx.net.engine`.
"""

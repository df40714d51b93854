"""Audio mixer of the media engine: conferences, prompts, recording taps and DTMF for thousands of legs, with numpy.

Pure: packets and commands in, packets and events out. `unificx.media_worker` is the process that runs it. The server
imports `messages` and `sdp_negotiation`, which do not need numpy; so nothing is imported here.
"""

"""The codecs that this build of rtpengine can decode and encode, as it lists them itself."""

import asyncio
import os
import re

LIST_SECONDS = 5.0
"""Seconds within which it has to list them."""
_supported = re.compile(rb"^ *(\S+): fully supported$", re.MULTILINE).findall


async def transcoded_codecs(program: str) -> frozenset[str]:
    """Return their encoding names in lower case; none if the program does not list any. Raise OSError if it cannot be
    started, TimeoutError if it does not end."""
    process = await asyncio.create_subprocess_exec(
        program,
        "--codecs",
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PATH": os.defpath},
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), LIST_SECONDS)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return frozenset(name.decode("ascii", "replace").lower() for name in _supported(output))

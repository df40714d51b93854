"""`python -m unificx.net.engine DESCRIPTOR`: the media engine, for a client at the other end of that socket."""

import sys

from unificx.net.engine.process import main

main(int(sys.argv[1]))

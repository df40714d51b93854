"""Media engine process. Its argument is the file descriptor of the socket to the client."""

import sys

from unificx.media_worker.process import main

main(int(sys.argv[1]))

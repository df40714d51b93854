"""Photos written anew without their metadata, in a separate process.

`client` is not loaded here: each process would load the services of the server with it, which took ten times as long as
a photo.
"""

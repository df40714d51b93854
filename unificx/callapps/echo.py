"""Echo test, which verifies two-way audio between phone, network and server."""

from unificx.callapps.call import App, Call


async def echo(call: Call) -> None:
    await call.play("echo/begin")
    await call.echo()


ECHO = App.of_feature("echo", echo)

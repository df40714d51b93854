"""*43: whoever calls hears himself, and so that his phone, the network and we carry his voice both ways."""

from unificx.apps.call import App, Call


async def echo(call: Call) -> None:
    await call.play("echo/begin")
    await call.echo()


ECHO = App("echo", echo, ("*43",))

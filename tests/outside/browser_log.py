"""The last requests, presses and messages of each browser that is open, for the report of a failed test."""

from collections import deque
from datetime import datetime

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

LINES = 60
"""Lines of one browser."""
REPORT_PRESSES = """(() => {
  // The element that a press begins at may have moved before its end: then there is no click, or one of another element.
  const name = (node) => node instanceof Element
    ? `${node.tagName.toLowerCase()} ${JSON.stringify((node.getAttribute('aria-label') ?? node.textContent).slice(0, 40))}`
    : String(node)
  for (const kind of ['pointerdown', 'click'])
    addEventListener(kind, ({target}) => console.debug(`${kind} of ${name(target)}`), true)
})()"""

_open: dict[BrowserContext, "BrowserLog"] = {}


class BrowserLog:
    """The last requests of a browser, except for files that were loaded, with its presses and console."""

    def __init__(self) -> None:
        self._lines = deque[str](maxlen=LINES)
        self._running: dict[Request, datetime] = {}

    def lines(self) -> list[str]:
        waiting = [f"{at:%T.%f} {each.method} {each.url}: no response" for each, at in self._running.items()]
        return [*self._lines, *waiting]

    def on_request(self, request: Request) -> None:
        self._running[request] = datetime.now()

    def on_finished(self, request: Request) -> None:
        begun = self._running.pop(request, None)
        response = request.existing_response
        if begun and response and (response.status >= 400 or "/assets/" not in request.url):
            self._add(f"{request.method} {request.url}: {response.status}, requested {begun:%T.%f}")

    def on_failed(self, request: Request) -> None:
        self._running.pop(request, None)
        self._add(f"{request.method} {request.url}: {request.failure}")

    def on_console(self, message: ConsoleMessage) -> None:
        self._add(f"console {message.type}: {message.text[:500]}")

    def on_error(self, error: WebError) -> None:
        self._add(f"error: {error.error}")

    def _add(self, line: str) -> None:
        self._lines.append(f"{datetime.now():%T.%f} {line}")


def observe_browser(context: BrowserContext) -> None:
    """Log what happens in a browser until it is closed. Its presses are logged from the next page on."""
    log = _open[context] = BrowserLog()
    context.on("request", log.on_request)
    context.on("requestfinished", log.on_finished)
    context.on("requestfailed", log.on_failed)
    context.on("console", log.on_console)
    context.on("weberror", log.on_error)
    context.on("close", _forget)
    context.add_init_script(REPORT_PRESSES)


def _forget(context: BrowserContext) -> None:
    _open.pop(context, None)


def logs_of_browsers() -> list[str]:
    """Return the logs of the open browsers, each as one text."""
    return ["\n".join(each.lines()) for each in _open.values()]

"""Which apps there are and by which feature codes they are reached: ours, and those that installed packages bring.

A package brings an app by an entry point of the group `unificx.apps`, which names an `App`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import entry_points

from unificx.apps.call import App
from unificx.apps.voicemail_leave import LEAVE
from unificx.kernel.errors import CannotStart
from unificx.people import Directory, Extension
from unificx.routing import Hosted

GROUP = "unificx.apps"
_CODE = re.compile(r"[*#][0-9*#]{1,15}\Z")


class Registry:
    """Fills `routing.Apps`. `takes_messages` says of an extension whether its unanswered calls go to voicemail,
    `at_number` to which app a number of a tenant leads that is no extension's."""

    def __init__(
        self,
        apps: Iterable[App],
        directory: Directory,
        takes_messages: Callable[[Extension], bool] = lambda _: False,
        at_number: Callable[[str, str], Hosted | None] = lambda tenant_id, number: None,
    ) -> None:
        """Raises CannotStart for two apps of one name or code."""
        self.apps: dict[str, App] = {}
        self._codes: dict[str, App] = {}
        self._directory = directory
        self._takes_messages = takes_messages
        self._at_number = at_number
        for app in apps:
            self._add(app)

    def behind(self, tenant_id: str, dialled: str) -> Hosted | None:
        if dialled.isdigit():
            return self._at_number(tenant_id, dialled)
        code = self._code(dialled)
        app = self._codes.get(code)
        tenant = self._directory.tenant(tenant_id)
        if app is None or tenant is None or (app.tenants and tenant.slug not in app.tenants):
            return None
        number = dialled[len(code) :]
        return Hosted(app.name, (number,) if number else ())

    def instead_of(self, extension: Extension) -> Hosted | None:
        return Hosted(LEAVE) if LEAVE in self.apps and self._takes_messages(extension) else None

    def _code(self, dialled: str) -> str:
        """What of it is a code: all, or the longest of an app that takes what is left as a number."""
        if dialled in self._codes:
            return dialled
        begins = [dialled[:at] for at in range(len(dialled) - 1, 1, -1) if dialled[at:].isdigit()]
        return next((one for one in begins if one in self._codes and self._codes[one].numbered), "")

    def _add(self, app: App) -> None:
        taken = [code for code in app.codes if code in self._codes]
        if app.name in self.apps or taken:
            raise CannotStart(
                f"Two call apps are called {app.name}, or answer the same code.", hint="Remove one of the packages."
            )
        wrong = [code for code in app.codes if not _CODE.match(code)]
        if wrong:
            raise CannotStart(f"The call app {app.name} has a code nobody can dial: {', '.join(wrong)}.")
        self.apps[app.name] = app
        self._codes.update(dict.fromkeys(app.codes, app))


def installed() -> Mapping[str, App]:
    """The apps that installed packages bring, by their entry points' names. Raises CannotStart for a broken one."""
    found: dict[str, App] = {}
    for point in entry_points(group=GROUP):
        try:
            app = point.load()
        except Exception as fault:
            raise CannotStart(
                f"The call app {point.name} cannot be loaded: {type(fault).__name__}.",
                hint=f"Repair or remove the package {point.dist.name if point.dist else point.value}.",
            ) from None
        if not isinstance(app, App):
            raise CannotStart(f"The call app {point.name} is no unificx.apps.App.")
        found[point.name] = app
    return found

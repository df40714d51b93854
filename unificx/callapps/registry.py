"""Registry of call apps and feature codes: built-in apps and those of installed packages.

A package provides an app by an entry point of the group `unificx.callapps` that names an `App`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import entry_points

from unificx.callapps.call import App
from unificx.core.errors import StartupError
from unificx.identity import DirectoryCache
from unificx.routing import CallApp, CodeTables, CodeUse, Destination, DestinationRef

GROUP = "unificx.callapps"
_MOST_DIGITS = 15
"""Digits that may follow the code of an app at most."""
_CODE = re.compile(r"[*#][0-9*#]{1,15}\Z")


class AppRegistry:
    """All apps, which are also the destinations `app:NAME`."""

    kind = "app"

    def __init__(self, apps: Iterable[App], directory: DirectoryCache, codes: CodeTables | None = None) -> None:
        """Register the apps. `codes`: those of features in each tenant. Raises StartupError for a duplicate name or
        code."""
        # Owner: this node: filled once at the start, equal on all nodes.
        self.apps: dict[str, App] = {}
        self._codes: dict[str, App] = {}
        self._directory = directory
        self._feature_codes = codes or CodeTables()
        for app in apps:
            self._add(app)

    def find(self, tenant_id: str, name: str) -> Destination | None:
        app = self.apps.get(name)
        return CallApp(name) if app is not None and self._is_available(app, tenant_id) else None

    def at_number(self, tenant_id: str, dialled: str) -> Destination | None:
        if dialled.isdigit():
            return None
        app, number = self._app_of_feature(tenant_id, dialled) or self._app_of_package(dialled) or (None, "")
        if app is None or not self._is_available(app, tenant_id):
            return None
        return CallApp(app.name, (number,) if number else ())

    def code_uses(self, tenant_id: str) -> Sequence[CodeUse]:
        """Return the codes of installed packages in a tenant."""
        return [
            CodeUse("app", app.name, code, 1, _MOST_DIGITS * app.numbered)
            for code, app in self._codes.items()
            if not app.is_feature and self._is_available(app, tenant_id)
        ]

    def leads_to(self, tenant_id: str) -> Mapping[str, tuple[DestinationRef, ...]]:
        del tenant_id
        return {}

    def _is_available(self, app: App, tenant_id: str) -> bool:
        tenant = self._directory.tenant(tenant_id)
        return tenant is not None and (not app.tenants or tenant.slug in app.tenants)

    def _app_of_feature(self, tenant_id: str, dialled: str) -> tuple[App, str] | None:
        found = self._feature_codes.of(tenant_id).match(dialled)
        app = self.apps.get(found[0].name) if found is not None else None
        return (app, found[1]) if found is not None and app is not None and app.is_feature else None

    def _app_of_package(self, dialled: str) -> tuple[App, str] | None:
        """The app of an installed package whose code was dialled: all of it, or the longest one that takes a number."""
        ends = (at for at in range(len(dialled), 1, -1) if at == len(dialled) or dialled[at:].isdigit())
        for at in ends:
            app = self._codes.get(dialled[:at])
            if app is not None and not app.is_feature and (app.numbered or at == len(dialled)):
                return app, dialled[at:]
        return None

    def _add(self, app: App) -> None:
        duplicates = [code for code in app.codes if code in self._codes]
        if app.name in self.apps or duplicates:
            raise StartupError(
                f"The name or a code of the call app {app.name} is used twice.", hint="Remove one of the packages."
            )
        invalid = [code for code in app.codes if not _CODE.match(code)]
        if invalid:
            raise StartupError(f"The call app {app.name} has an invalid feature code: {', '.join(invalid)}.")
        self.apps[app.name] = app
        self._codes.update(dict.fromkeys(app.codes, app))


def installed_apps() -> Mapping[str, App]:
    """Apps of installed packages, by entry point name. Raises StartupError for a broken one."""
    found: dict[str, App] = {}
    for point in entry_points(group=GROUP):
        try:
            app = point.load()
        except Exception as fault:
            raise StartupError(
                f"The call app {point.name} cannot be loaded: {type(fault).__name__}.",
                hint=f"Repair or remove the package {point.dist.name if point.dist else point.value}.",
            ) from None
        if not isinstance(app, App):
            raise StartupError(f"The call app {point.name} is not a unificx.callapps.App.")
        found[point.name] = app
    return found

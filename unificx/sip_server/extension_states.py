"""Keys of phones that show the state of others (BLF): the event packages `dialog` (RFC 4235) and `presence` (RFC 3856).

A phone subscribes to an extension of its own tenant, or to a code whose state is on or off: for the whole tenant, such
as a parking slot or opening hours, or for the extension of the phone, such as its sign-in at queues. A document is
rendered once per change, whatever the number of its watchers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from unificx.calls import ExtensionCall, ExtensionCalls
from unificx.identity import DeviceAuth, DirectoryCache, Extension
from unificx.sip.dialog_info import DIALOG_INFO, DialogEntry, DialogParty, VersionedDocument, dialog_info
from unificx.sip.errors import RemoteProtocolError
from unificx.sip.pidf import PIDF, presence_document
from unificx.sip.transactions.events import RequestReceived
from unificx.sip_server.ports import OwnSwitchStates, SwitchStates
from unificx.sip_server.subscriptions import Subscriber, Subscriptions, Watched, event_package

DIALOG, PRESENCE = "dialog", "presence"
ANONYMOUS = DialogParty("sip:anonymous@anonymous.invalid", "Anonymous")
"""Shown in place of a party that withholds its identity (RFC 3323 section 4.1.1.3)."""


@dataclass(frozen=True, slots=True)
class ExtensionStateDependencies:
    """Dependencies. `touched`: ids of the calls that had a step, added by call control; `is_reachable`: whether any
    device of an extension can be called now; `activity`: the activity that its user has set (RFC 4480), "" without one;
    `is_listed`: whether an extension may be shown to others, as its user has not objected to the directory;
    `switches`: the codes that can be watched, and `own_switches` those with a state of each extension; `wake` has the
    driver send what is pending."""

    subscriptions: Subscriptions
    directory: DirectoryCache
    calls: ExtensionCalls
    touched: set[str]
    is_reachable: Callable[[str], bool]
    activity: Callable[[str], str]
    is_listed: Callable[[Extension], bool]
    switches: Sequence[SwitchStates]
    own_switches: Sequence[OwnSwitchStates]
    now: Callable[[], float]
    wake: Callable[[], None]


class ExtensionStates:
    """Notifies phones of the calls and the reachability of extensions. Never awaits."""

    def __init__(self, deps: ExtensionStateDependencies) -> None:
        self._deps = deps
        # Owner: the node that holds the calls and the subscriptions. Complete only while anybody watches.
        self._by_call: dict[str, dict[str, ExtensionCall]] = {}
        self._by_extension: dict[str, dict[str, ExtensionCall]] = {}
        self._last_ended: dict[str, str] = {}
        self._switched_on: dict[str, bool] = {}
        """The notified state of watched codes, by resource."""
        self._dialogs: dict[str, VersionedDocument] = {}
        self._presence: dict[str, bytes] = {}
        """Rendered documents by resource, until the next change."""

    # ---- input

    def subscribe(self, event: RequestReceived, device: DeviceAuth, now: float) -> None:
        """Handle a SUBSCRIBE outside a dialog from an authenticated device. Raise RemoteProtocolError."""
        request = event.request
        package, dialled = event_package(request), request.target.decoded_user
        extension = self._extension(device.tenant_id, dialled)
        if extension is not None and not self._is_shown(extension, device):
            raise RemoteProtocolError(404, "Not Found", request)
        resource = extension.id if extension is not None else self._switch(device, dialled)
        if resource is None or (package == PRESENCE and extension is None):
            raise RemoteProtocolError(404, "Not Found", request)
        if not self._is_watched:
            self._load()
        subscriber = Subscriber(device.tenant_id, device.extension_id, device.device_id)
        watched = Watched(package, resource, subscriber)
        self._deps.subscriptions.begin(event, watched, now, package=self)

    def calls_changed(self, now: float) -> None:
        """Notify the watchers of the extensions in the calls that were touched."""
        touched = list(self._deps.touched)
        self._deps.touched.clear()
        if not self._is_watched:
            return
        for extension_id in dict.fromkeys(each for call_id in touched for each in self._update(call_id)):
            self._changed(extension_id, now)

    def extension_changed(self, extension_id: str) -> None:
        """Notify the watchers of an extension that was deleted, whose devices can or cannot be reached now, or whose
        user has set another state. Subscriptions of those who may not watch it any more end."""
        if self._is_watched:
            self._changed(extension_id, self._deps.now())
            self._deps.wake()

    def switches_changed(self, tenant_id: str = "") -> None:
        """Notify the watchers of the codes of a tenant, or of all, whose state is another one than before."""
        for resource in [one for one in self._switched_on if tenant_id in ("", one.split(" ")[0])]:
            state = self._state(resource)
            if not self._deps.subscriptions.is_watched(DIALOG, resource):
                del self._switched_on[resource]
            elif state != self._switched_on[resource]:
                self._switched_on[resource] = bool(state)
                self._changed(resource, self._deps.now())
        self._deps.wake()

    # ---- EventPackage

    def is_allowed(self, watched: Watched) -> bool:
        device = self._deps.directory.device(watched.subscriber.device_id)
        if device is None or not device.enabled:
            return False
        if " " in watched.resource:
            return self._state(watched.resource) is not None
        extension = self._deps.directory.extension_by_id(watched.resource)
        return extension is not None and self._is_shown(extension, device)

    def content(self, watched: Watched, version: int) -> tuple[str, bytes]:
        resource = watched.resource
        if watched.package == PRESENCE:
            if resource not in self._presence:
                self._presence[resource] = self._presence_document(resource)
            return PIDF, self._presence[resource]
        document = self._dialogs.get(resource)
        if document is None:
            document = self._dialogs[resource] = self._dialog_document(resource)
        return DIALOG_INFO, document.at(version)

    # ---- internals

    @property
    def _is_watched(self) -> bool:
        subscriptions = self._deps.subscriptions
        return bool(subscriptions.count(DIALOG) or subscriptions.count(PRESENCE))

    def _load(self) -> None:
        """Begin to follow the calls: the first watcher has come."""
        for table in (self._by_call, self._by_extension, self._last_ended, self._dialogs, self._presence):
            table.clear()
        self._deps.touched.clear()
        for call_id in self._deps.calls.ids():
            self._update(call_id)

    def _update(self, call_id: str) -> list[str]:
        """Store the present extensions of a call; return those for which it has changed."""
        before, after = self._by_call.pop(call_id, {}), self._deps.calls.of_call(call_id)
        changed = [each for each in {**before, **after} if before.get(each) != after.get(each)]
        if after:
            self._by_call[call_id] = after
        for extension_id in changed:
            calls = self._by_extension.setdefault(extension_id, {})
            if extension_id in after:
                calls[call_id] = after[extension_id]
                continue
            calls.pop(call_id, None)
            self._last_ended[extension_id] = call_id
            if not calls:
                del self._by_extension[extension_id]
        return changed

    def _changed(self, resource: str, now: float) -> None:
        self._dialogs.pop(resource, None)
        self._presence.pop(resource, None)
        for package in (DIALOG, PRESENCE):
            self._deps.subscriptions.changed(package, resource, now)

    def _extension(self, tenant_id: str, dialled: str) -> Extension | None:
        """Return the extension of a number, or of a device's user name."""
        directory = self._deps.directory
        device = directory.device_by_username(dialled)
        found = directory.extension_by_id(device.extension_id) if device is not None else None
        own = found if found is not None and found.tenant_id == tenant_id else None
        return directory.extension(tenant_id, dialled) or own

    def _is_shown(self, extension: Extension, device: DeviceAuth) -> bool:
        """Whether a device may watch an extension: that of its own user, or one of its tenant that is listed."""
        own = extension.id == device.extension_id
        return own or (extension.tenant_id == device.tenant_id and self._deps.is_listed(extension))

    def _switch(self, device: DeviceAuth, dialled: str) -> str | None:
        """Return the resource of a code that the device may watch: tenant, code, and the extension if it matters."""
        if " " in dialled:  # it would name the state of another extension
            return None
        for resource in (f"{device.tenant_id} {dialled}", f"{device.tenant_id} {dialled} {device.extension_id}"):
            state = self._state(resource)
            if state is not None:
                self._switched_on.setdefault(resource, state)
                return resource
        return None

    def _state(self, resource: str) -> bool | None:
        tenant_id, dialled, *own = resource.split(" ")
        if own:
            states = [each.state(tenant_id, own[0], dialled) for each in self._deps.own_switches]
        else:
            states = [each.state(tenant_id, dialled) for each in self._deps.switches]
        return next((state for state in states if state is not None), None)

    def _uri(self, tenant_id: str, user: str) -> str:
        return f"sip:{user}@{self._deps.directory.domain(tenant_id)}"

    def _dialog_document(self, resource: str) -> VersionedDocument:
        if " " in resource:
            tenant_id, dialled, *_ = resource.split(" ")
            state = "confirmed" if self._state(resource) else "terminated"
            return dialog_info(self._uri(tenant_id, dialled), [DialogEntry("switch", state)])
        extension = self._deps.directory.extension_by_id(resource)
        if extension is None:
            return dialog_info("sip:anonymous@anonymous.invalid", ())
        uri = self._uri(extension.tenant_id, extension.number)
        local = DialogParty(uri, self._deps.directory.display_name(extension))
        calls = self._by_extension.get(resource, {})
        entries = [self._entry(extension.tenant_id, call_id, call, local) for call_id, call in calls.items()]
        # Some phones ignore a document without a dialog, and the key goes on showing the call.
        idle = DialogEntry(self._last_ended.get(resource, "none"), "terminated")
        return dialog_info(uri, entries or [idle])

    def _entry(self, tenant_id: str, call_id: str, call: ExtensionCall, local: DialogParty) -> DialogEntry:
        remote = None
        if call.remote is not None:
            number, name = call.remote
            remote = DialogParty(self._uri(tenant_id, number), name) if number else ANONYMOUS
        own_call_id, *tags = call.dialog
        return DialogEntry(call_id, call.state, call.direction, local, remote, own_call_id, (tags[0], tags[1]))

    def _presence_document(self, resource: str) -> bytes:
        extension = self._deps.directory.extension_by_id(resource)
        assert extension is not None  # `is_allowed`
        calls = self._by_extension.get(resource, {})
        talks = any(call.state == "confirmed" for call in calls.values())
        return presence_document(
            self._uri(extension.tenant_id, extension.number),
            is_open=bool(calls) or self._deps.is_reachable(resource),
            activity="on-the-phone" if talks else self._deps.activity(resource),
        )

"""The party that a device shows as connected, as headers of messages inside its dialog.

Only devices of extensions are told: they are authenticated phones of the tenant (RFC 3325 section 5). Carriers are not,
so that numbers and names inside do not get outside.
"""

from unificx.calls.call import Call
from unificx.calls.machine import shown_peers
from unificx.calls.machine.actions import ShowPeer
from unificx.calls.machine.identity import WITHHELD, AssertedIdentity, connected_headers
from unificx.calls.machine.states import CALLER
from unificx.calls.schemas import PARK, PARK_ANNOUNCEMENT, PICKED_UP
from unificx.identity import DirectoryCache, Language
from unificx.registrar import Caller
from unificx.routing import VOICEMAIL_APP
from unificx.sip.fields import Headers
from unificx.sip.legs import Leg

ANSWERED_BY_HEADER = "UnifiCX-Answered-By"
"""Header that says that a mailbox answered in place of the person: `voicemail`."""
VOICEMAIL_NAME: dict[Language, str] = {"en": "{}'s voicemail", "de": "Mailbox von {}"}
"""Display name of an extension's mailbox: name or number of the extension."""
UNNAMED_APPS = (PARK, PARK_ANNOUNCEMENT, PICKED_UP)
"""Apps that are not shown: the device goes on showing the last party."""


def referred_by(call: Call, transferor: Caller, domain: str) -> Headers:
    """Return the Referred-By header (RFC 3892), none if the transferor withholds its identity."""
    if call.withholds_identity(transferor.extension_id):
        return ()
    return (("Referred-By", AssertedIdentity(transferor.number, transferor.name, domain).address),)


class ConnectedIdentity:
    """Tells devices which party they are connected to."""

    def __init__(self, directory: DirectoryCache) -> None:
        self._directory = directory

    def prepare_change(self, call: Call) -> None:
        """Note what the caller's device shows before the first change of peer: the party it has dialled."""
        call.peer_changed, caller = True, call.participants[CALLER]
        if caller.shown is None:
            caller.shown = self._wanted(call, CALLER)

    def outdated(self, call: Call) -> list[ShowPeer]:
        """Return what to tell the devices of the call that show another party than their peer."""
        return shown_peers.outdated(
            call.state, lambda leg: self._wanted(call, leg), lambda leg: call.participant(leg).shown
        )

    def name_answerer(self, call: Call, leg: str) -> None:
        """Have the 2xx to a calling leg name who answers, if that is not the number that was dialled."""
        callee = call.callee
        differs = callee is not None and callee.number != call.dialled
        if leg != CALLER or differs or _is_voicemail(call, shown_peers.peer_of(call.state, leg)):
            self.name_peer(call, leg)

    def name_peer(self, call: Call, leg: str) -> bool:
        """Have the following messages to a leg name its peer. Return whether its device does not show it yet."""
        one, identity = call.participant(leg), self._wanted(call, leg)
        if identity is None or identity == one.shown or not isinstance(one.leg, Leg):
            return False
        one.shown = identity
        one.leg.show_peer(identity.address, self._headers(call, leg, identity))
        return True

    def _headers(self, call: Call, leg: str, identity: AssertedIdentity) -> Headers:
        headers, peer = connected_headers(identity), shown_peers.peer_of(call.state, leg)
        if _is_voicemail(call, peer):
            headers += ((ANSWERED_BY_HEADER, "voicemail"),)
        transferor = call.transferred_by
        both = call.participant(leg).extension_id, call.participant(peer).extension_id
        if transferor is None or transferor.extension_id in both:
            return headers
        return headers + referred_by(call, transferor, self._directory.domain(call.caller.tenant_id))

    def _wanted(self, call: Call, leg: str) -> AssertedIdentity | None:
        """Return what the device of a leg should show, None to leave it as it is."""
        peer, viewer = shown_peers.peer_of(call.state, leg), call.participant(leg).extension_id
        party = call.participant(peer)
        app = party.app.app if party.app is not None else ""
        if not peer or not viewer or call.is_app(leg) or app in UNNAMED_APPS or (app and peer == CALLER):
            return None
        anonymous = party.outside is not None and not party.outside.number
        if anonymous or call.withholds_identity(party.extension_id):
            return WITHHELD
        number, name = self._number_and_name(call, peer)
        if app == VOICEMAIL_APP:
            name = VOICEMAIL_NAME[self._language(viewer)].format(name or number)
        return AssertedIdentity(number, name, self._directory.domain(call.caller.tenant_id)) if number else None

    def _number_and_name(self, call: Call, peer: str) -> tuple[str, str]:
        if peer == CALLER:
            return call.caller.number, call.caller.name
        one, extension = call.participant(peer), call.callee
        if one.outside is not None:
            return one.outside.number, one.outside.name
        if one.app is None and (extension is None or extension.id != one.extension_id):
            extension = self._directory.extension_by_id(one.extension_id)
        if extension is None:
            return call.dialled, ""
        return extension.number, self._directory.display_name(extension)

    def _language(self, extension_id: str) -> Language:
        extension = self._directory.extension_by_id(extension_id)
        if extension is None:
            return "en"
        return self._directory.language(extension.tenant_id, extension.person_id)


def _is_voicemail(call: Call, name: str) -> bool:
    app = call.participant(name).app
    return app is not None and app.app == VOICEMAIL_APP

"""Destinations of a dialled number: an open family, each kind giving a plan.

Another kind, such as a ring group or a queue, is a further class with a `plan`; the machine of `calls` does not change.
The simplest ones are the steps `CallApp`, `GoTo` and `Reject` of `plans`.
"""

from typing import Protocol

from unificx.core.replacing import changed
from unificx.core.value import value
from unificx.identity import Extension
from unificx.routing.plans import CallApp, Fork, GoTo, PathObject, Plan, RingTarget, Step

VOICEMAIL_APP = "voicemail-leave"
"""The app that records a message: for the shared mailbox of its argument, else for the called extension."""
CONFERENCE_APP = "conference"
"""The app that connects the call to the conference room of its argument."""
CONFERENCE_SECONDS = 86_400.0
"""Maximum seconds in a conference room: a day."""


class Destination(Protocol):
    """Where a dialled number leads."""

    def plan(self) -> Plan:
        """Return the steps of a call to this destination."""
        ...


@value
class RingExtension:
    """All devices of an extension, or one of them."""

    extension: Extension
    only_device: str = ""
    """The only device to ring, "" for all."""
    fallback: CallApp | None = None
    """App that takes the call if no device answers."""

    def plan(self) -> Plan:
        """Ring the devices, then enter the app."""
        limits = float(self.extension.ring_seconds), float(self.extension.max_call_seconds)
        steps = [Step(Fork((RingTarget(self.extension, self.only_device),), *limits))]
        if self.fallback is not None:
            steps.append(Step(changed(self.fallback, max_seconds=self.fallback.max_seconds or limits[1])))
        return Plan(tuple(steps), self.extension)


@value
class TenantObject:
    """An object of the tenant, such as a queue, with the app that serves it or the destination it leads to."""

    action: CallApp | GoTo
    path_object: PathObject

    def plan(self) -> Plan:
        """Enter the app, or continue with the destination."""
        return Plan((Step(self.action),), path=(self.path_object,))


@value
class Conference:
    """A conference room."""

    room_id: str
    number: str = ""
    name: str = ""

    def plan(self) -> Plan:
        """Connect the call to the room."""
        step = Step(CallApp(CONFERENCE_APP, (self.room_id,), CONFERENCE_SECONDS))
        return Plan((step,), path=(PathObject("room", self.number, self.name),))


@value
class Voicemail:
    """A shared mailbox, or that of an extension."""

    mailbox_id: str = ""
    extension: Extension | None = None
    number: str = ""
    name: str = ""
    """Number and name of a shared mailbox."""

    def plan(self) -> Plan:
        """Record a message for the mailbox."""
        arguments = (self.mailbox_id,) if self.mailbox_id else ()
        path = (PathObject("mailbox", self.number, self.name),) if self.mailbox_id else ()
        return Plan((Step(CallApp(VOICEMAIL_APP, arguments)),), self.extension, path)

"""Text messages of phones (RFC 3428) as messages of chat, and the reverse."""

import hashlib
import hmac

from unificx.calls import AssertedIdentity
from unificx.chat import NewMessage, Party, PhoneDeliveries, PhoneText, named_text
from unificx.chat.events import PhoneTextsQueued
from unificx.core.errors import Forbidden, Invalid, NotFound
from unificx.identity import DeviceAuth, Extension
from unificx.registrar import MAX_SHOWN_NAME
from unificx.registrar.events import DeviceMoved, DeviceRegistered
from unificx.server.container import Container
from unificx.sip.endpoint import Endpoint
from unificx.sip_server import NOT_REGISTERED, ReceivedText, SentText, TextReceiver, TextSender

_WITHOUT_NUMBER = "anonymous"
"""User part of an author without an extension; no phone can answer it."""

_NAMELESS = "…"
"""Name of a person who is mentioned and has none: one who is erased, or has no extension."""


class PhoneTexts:
    """Text messages from and to the phones of this server."""

    def __init__(self, container: Container, endpoint: Endpoint) -> None:
        self.receiver = TextReceiver(endpoint, ChatTextInbox(container), container.clock)
        self.sender = TextSender(endpoint, container.identity.directory, container.location, container.clock)
        self.deliveries = ChatTextSender(container, self.sender).deliveries

    async def close(self) -> None:
        """Store what was received; end what is being sent."""
        await self.receiver.close()
        await self.deliveries.close()


class ChatTextInbox:
    """Implements `sip_server.TextInbox`."""

    def __init__(self, container: Container) -> None:
        self._directory, self._chat = container.identity.directory, container.chat
        self._secret = container.derive_secret("SIP text messages")

    async def store(self, device: DeviceAuth, received: ReceivedText) -> None:
        author = self._author(device)
        target = self._directory.extension(device.tenant_id, received.target)
        if target is None or target.person_id is None:
            raise NotFound("There is no such user.")
        if target.person_id == author.person_id:
            raise Forbidden("This is the sender's own number.")
        try:
            conversation_id = await self._chat.conversations.direct(author, target.id)
        except Invalid:  # erased or deleted since
            raise NotFound("There is no such user.") from None
        await self._chat.messages.send(
            author, conversation_id, NewMessage(self._client_id(device, received), received.text)
        )

    def _author(self, device: DeviceAuth) -> Party:
        """Return the owner of a device. Raise Forbidden."""
        extension = self._directory.extension_by_id(device.extension_id)
        person_id = extension.person_id if extension is not None else None
        subject = self._directory.person_subject(person_id) if person_id else None
        if not person_id or subject is None:
            raise Forbidden("The extension has no user.")
        return Party(device.tenant_id, person_id, subject)

    def _client_id(self, device: DeviceAuth, received: ReceivedText) -> str:
        """Return an id that a repeated request has too. It is keyed: a Call-ID may contain an address. With the text,
        because a phone that starts anew may use a Call-ID again."""
        value = f"{device.device_id}\n{received.call_id}\n{received.text}".encode("utf-8", "surrogatepass")
        return f"sip-{hmac.new(self._secret, value, hashlib.sha256).hexdigest()[:32]}-{received.cseq}"


class ChatTextSender:
    """Implements `chat.PhoneSender`, and starts deliveries when messages are queued and when phones register."""

    def __init__(self, container: Container, sender: TextSender) -> None:
        self._directory, self._sender = container.identity.directory, sender
        self.deliveries = PhoneDeliveries(container.chat.deps, container.chat.conversations, self)
        container.bus.subscribe(PhoneTextsQueued, lambda event: self.deliveries.wake())
        for kind in (DeviceRegistered, DeviceMoved):
            container.bus.subscribe(kind, lambda event: self.deliveries.device_registered(event.device_id))

    async def send(self, text: PhoneText) -> int:
        delivery = text.delivery
        device = self._directory.device(delivery.device_id)
        if device is None or device.tenant_id != delivery.tenant_id:
            return NOT_REGISTERED
        body = named_text(text.text, self._name)
        shown = f"[{text.group}] {body}" if text.group else body
        author = self._author(delivery.tenant_id, text.author_id)
        return await self._sender.send(device, SentText(delivery.id, delivery.attempts + 1, text.sent, author, shown))

    def _extension(self, person_id: str) -> Extension | None:
        ids = self._directory.extension_ids_of(person_id)
        return self._directory.extension_by_id(ids[0]) if ids else None

    def _name(self, person_id: str) -> str:
        """Return the name of a person who is mentioned."""
        extension = self._extension(person_id)
        return (self._directory.display_name(extension) if extension is not None else "") or _NAMELESS

    def _author(self, tenant_id: str, person_id: str) -> AssertedIdentity:
        """Return number and name of an author, as phones show them."""
        extension = self._extension(person_id)
        domain = self._directory.domain(tenant_id)
        if extension is None:
            return AssertedIdentity(_WITHOUT_NUMBER, "", domain)
        return AssertedIdentity(extension.number, self._directory.display_name(extension)[:MAX_SHOWN_NAME], domain)

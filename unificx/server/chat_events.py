"""Live events about conversations, for their members, and push messages for devices that are not connected."""

from unificx.api import EventHub
from unificx.api.schemas.chat import ChatMessage
from unificx.chat.events import ConversationChanged, MarksChanged, MemberTyping, MessageChanged, MessageSent
from unificx.cluster import EventBus
from unificx.notifications import PushNotifier


class ChatEvents:
    """Subscribes to signals of chat."""

    def __init__(self, hub: EventHub, bus: EventBus, push: PushNotifier) -> None:
        self._hub = hub
        self._push = push
        bus.subscribe(MessageSent, self._on_sent)
        bus.subscribe(MessageChanged, self._on_changed)
        bus.subscribe(MarksChanged, self._on_marks)
        bus.subscribe(MemberTyping, self._on_typing)
        bus.subscribe(ConversationChanged, self._on_conversation)

    def _on_sent(self, event: MessageSent) -> None:
        message = event.message
        shown = ChatMessage.of(message).model_dump(mode="json")
        self._hub.send_to_persons(event.person_ids, {"type": "message.created", "message": shown})
        for person_id in event.person_ids:
            if person_id != message.person_id and person_id not in event.silent:
                self._push.send_message(person_id, message.conversation_id, self._hub.is_connected)

    def _on_changed(self, event: MessageChanged) -> None:
        shown = ChatMessage.of(event.message).model_dump(mode="json")
        self._hub.send_to_persons(event.person_ids, {"type": "message.changed", "message": shown})

    def _on_marks(self, event: MarksChanged) -> None:
        message = {
            "type": "message.marks",
            "conversation_id": event.conversation_id,
            "person_id": event.person_id,
            "read_seq": event.read_seq,
            "delivered_seq": event.delivered_seq,
        }
        self._hub.send_to_persons(event.person_ids, message)

    def _on_typing(self, event: MemberTyping) -> None:
        message = {
            "type": "message.typing",
            "conversation_id": event.conversation_id,
            "person_id": event.person_id,
        }
        self._hub.send_to_persons(event.person_ids, message)

    def _on_conversation(self, event: ConversationChanged) -> None:
        message = {"type": "conversation.changed", "conversation_id": event.conversation_id}
        self._hub.send_to_persons(event.person_ids, message)

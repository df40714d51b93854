import type { ChatMessage } from '~/api';
import { onSignOut } from '~/api/session';
import { serverNow } from '~/core/server-time';
import { createStore, useValue } from '~/core/store';
import { chats } from './chats';

/** A message that is being changed or answered. */
export interface Target {
  kind: 'edit' | 'reply';
  message: ChatMessage;
  /** Its new text, once it was changed. */
  text?: string;
}

/** By conversation; until the page is closed. */
const targets = createStore<Readonly<Record<string, Target | undefined>>>({});

export function setTarget(conversation: string, target: Target): void {
  targets.setState((before) => ({ ...before, [conversation]: target }));
}

/** A message is dealt with. Another one that was chosen meanwhile stays. */
export function endTarget(conversation: string, { kind, message }: Target): void {
  targets.setState((before) => {
    const now = before[conversation];
    const ended = now?.kind === kind && now.message.id === message.id;
    return ended ? { ...before, [conversation]: undefined } : before;
  });
}

/** The target of a conversation; none if its message was deleted or has disappeared meanwhile. */
export function useTarget(conversation: string): Target | undefined {
  const target = useValue(targets, (all) => all[conversation]);
  const thread = useValue(chats.state, ({ threads }) => threads[conversation]);
  if (!target) return undefined;
  const loaded = [...(thread?.outside ?? []), ...(thread?.messages ?? [])];
  const message = loaded.find(({ id }) => id === target.message.id) ?? target.message;
  const disappeared = message.expires !== null && Date.parse(message.expires) <= serverNow();
  return message.state === 'sent' && !disappeared ? { ...target, message } : undefined;
}

onSignOut(() => targets.setState(() => ({})));

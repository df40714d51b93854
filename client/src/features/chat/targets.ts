import { useEffect } from 'react';
import type { ChatMessage } from '~/api';
import { onSignOut } from '~/api/session';
import { currentOwner, readLocal, removeLocal, saveLocal } from '~/core/device-storage';
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

/** As stored on the device: without the message, which may be deleted or disappear meanwhile. */
interface StoredTarget extends Omit<Target, 'message'> {
  id: string;
}

/** By conversation; one of an earlier page is without its message until that is loaded. */
const targets = createStore<Readonly<Record<string, (StoredTarget & { message?: ChatMessage }) | undefined>>>({});
/** Messages of earlier pages that were looked for. */
const lookedFor = new Set<string>();

const keyOf = (conversation: string) => `target.${conversation}`;

/** Choose a message, or change its new text. The device keeps that for the next page; of a disappearing one no text. */
export function setTarget(conversation: string, { kind, message, text }: Target): void {
  const stored: StoredTarget = { kind, id: message.id, text: message.expires === null ? text : undefined };
  targets.setState((before) => ({ ...before, [conversation]: { ...stored, text, message } }));
  void saveLocal(currentOwner(), keyOf(conversation), stored);
}

/** A message is dealt with. Another one that was chosen meanwhile stays. */
export function endTarget(conversation: string, { kind, message }: Target): void {
  const now = targets.state[conversation];
  if (now?.kind !== kind || now.id !== message.id) return;
  targets.setState((before) => ({ ...before, [conversation]: undefined }));
  void removeLocal(keyOf(conversation));
}

/** Show what an earlier page has left, unless a message was chosen or dealt with here. */
async function openTarget(conversation: string): Promise<void> {
  const owner = currentOwner();
  const stored = (await readLocal(keyOf(conversation))) as StoredTarget | undefined;
  if (!stored || owner !== currentOwner() || conversation in targets.state) return;
  targets.setState((before) => ({ ...before, [conversation]: stored }));
}

/** The target of a conversation; none if its message was deleted or has disappeared meanwhile. */
export function useTarget(conversation: string): Target | undefined {
  const target = useValue(targets, (all) => all[conversation]);
  const thread = useValue(chats.state, ({ threads }) => threads[conversation]);
  const loaded = [...(thread?.outside ?? []), ...(thread?.messages ?? [])];
  const message = target && (loaded.find(({ id }) => id === target.id) ?? target.message);
  const disappeared = !!message?.expires && Date.parse(message.expires) <= serverNow();
  const ended = message && (message.state !== 'sent' || disappeared) ? message : undefined;
  const missing = target && !message && thread?.loading === false ? target.id : undefined;
  useEffect(() => void openTarget(conversation), [conversation]);
  useEffect(() => {
    if (target && ended) endTarget(conversation, { ...target, message: ended });
  }, [conversation, ended?.id]);
  useEffect(() => {
    if (!missing || lookedFor.has(missing)) return;
    lookedFor.add(missing);
    void chats.loadUntil(conversation, missing);
  }, [conversation, missing]);
  return target && message && !ended ? { ...target, message } : undefined;
}

onSignOut(() => {
  targets.setState(() => ({}));
  lookedFor.clear();
});

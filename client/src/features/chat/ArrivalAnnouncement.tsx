import { VisuallyHidden } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { Conversation } from '~/api';
import { useSummary } from './files/useSummary';
import { withNames } from './mentions';
import type { Thread } from './model';
import { useMentionName } from './useMentionName';

interface ArrivalAnnouncementProps {
  conversation: Conversation;
  thread: Thread;
}

/** Of messages that arrive together. */
const MOST_READ = 3;

/**
 * Reads messages of others to screen readers as they arrive, or become readable afterwards: each once, and no older ones
 * that are loaded later.
 */
export function ArrivalAnnouncement({ conversation, thread: { messages, loading } }: ArrivalAnnouncementProps) {
  const [lines, setLines] = useState<{ seq: number; text: string }[]>([]);
  const seen = useRef<number>(undefined);
  /** Arrived, but encrypted for other devices so far: numbers of the messages. */
  const unreadable = useRef<ReadonlySet<number>>(new Set());
  const summary = useSummary();
  const nameOf = useMentionName(conversation);
  const newest = messages.at(-1)?.seq ?? 0;
  useEffect(() => {
    const last = seen.current;
    if (last === undefined && loading) return;
    seen.current = Math.max(last ?? 0, newest);
    if (last === undefined) return;
    const arrived = messages.filter(({ seq }) => seq > last || unreadable.current.has(seq));
    const readable = arrived.filter(({ text: content }) => content !== null);
    unreadable.current = new Set(arrived.filter((each) => !readable.includes(each)).map(({ seq }) => seq));
    const added = readable.flatMap((each) => {
      const author = conversation.members.find(({ person_id }) => person_id === each.person_id);
      const text = `${author?.name ?? ''}: ${withNames(summary(each), nameOf)}`;
      return author?.own ? [] : [{ seq: each.seq, text }];
    });
    if (added.length > 0) setLines(added.slice(-MOST_READ));
  }, [messages, newest, loading, conversation, summary, nameOf]);
  // An element for each, so that the same text is read again.
  return (
    <VisuallyHidden aria-live="polite">
      {lines.map(({ seq, text }) => (
        <div key={seq}>{text}</div>
      ))}
    </VisuallyHidden>
  );
}

import { Badge, VisuallyHidden } from '@mantine/core';
import { Plural } from '@lingui/react/macro';
import { useEffect } from 'react';
import { useValue } from '~/core/store';
import { countUnheard, ownVoicemail } from '~/features/voicemail';
import { calls } from './calls';
import { missedSince } from './model';
import { lastSeen, restoreSeen } from './seen';

/** Badge with the number of missed calls that were not looked at yet, and of new messages. */
export default function NewCalls() {
  const seen = useValue(lastSeen);
  const missed = useValue(calls.state, (each) => (seen ? missedSince(each.calls, seen).length : 0));
  const messages = useValue(ownVoicemail.state, countUnheard);
  useEffect(() => {
    void restoreSeen();
    void calls.open();
    void ownVoicemail.open();
  }, []);
  const count = missed + messages;
  if (count === 0) return null;
  return (
    <Badge size="sm" circle={count < 10} className="count">
      <span aria-hidden>{count < 100 ? count : '99+'}</span>
      <VisuallyHidden>
        {missed > 0 && <Plural value={missed} one="# missed call" other="# missed calls" />}
        {missed > 0 && messages > 0 && ', '}
        {messages > 0 && <Plural value={messages} one="# new message" other="# new messages" />}
      </VisuallyHidden>
    </Badge>
  );
}

import { Badge, VisuallyHidden } from '@mantine/core';
import { Plural } from '@lingui/react/macro';
import { useEffect } from 'react';
import { useValue } from '~/core/store';
import { ownVoicemail } from './own-voicemail';
import { countUnheard } from './model';

/** Badge with the number of new messages. */
export default function Unread() {
  const count = useValue(ownVoicemail.state, countUnheard);
  useEffect(() => void ownVoicemail.open(), []);
  if (count === 0) return null;
  return (
    <Badge size="sm" circle={count < 10} className="count">
      <span aria-hidden>{count < 100 ? count : '99+'}</span>
      <VisuallyHidden>
        <Plural value={count} one="# new message" other="# new messages" />
      </VisuallyHidden>
    </Badge>
  );
}

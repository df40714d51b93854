import { Badge, VisuallyHidden } from '@mantine/core';
import { Plural } from '@lingui/react/macro';
import { useEffect } from 'react';
import { useValue } from '~/core/store';
import { chats, openOutbox } from './chats';
import { unreadCount } from './model';

/** Badge with the number of unread messages. It is always there, so it also opens the chats and sends what waits. */
export default function UnreadMessages() {
  const count = useValue(chats.state, ({ conversations }) => unreadCount(conversations));
  useEffect(() => {
    void chats.open();
    void openOutbox();
  }, []);
  if (count === 0) return null;
  return (
    <Badge size="sm" circle={count < 10} className="count">
      <span aria-hidden>{count < 100 ? count : '99+'}</span>
      <VisuallyHidden>
        <Plural value={count} one="# unread message" other="# unread messages" />
      </VisuallyHidden>
    </Badge>
  );
}

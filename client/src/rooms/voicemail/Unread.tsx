import { Badge, VisuallyHidden } from '@mantine/core';
import { Plural } from '@lingui/react/macro';
import { useEffect } from 'react';
import { useValue } from '~/kernel/store';
import { box } from './box';
import { unheard } from './model';

/** How many messages are new, beside the way to them. */
export default function Unread() {
  const count = useValue(box.state, unheard);
  useEffect(() => void box.open(), []);
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

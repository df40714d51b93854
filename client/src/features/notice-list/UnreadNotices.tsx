import { Badge, VisuallyHidden } from '@mantine/core';
import { Plural } from '@lingui/react/macro';
import { useUnreadNotices } from './useNotices';

/** Badge with the number of unread notices. */
export default function UnreadNotices() {
  const { count } = useUnreadNotices();
  if (count === 0) return null;
  return (
    <Badge size="sm" circle={count < 10} className="count">
      <span aria-hidden>{count}</span>
      <VisuallyHidden>
        <Plural value={count} one="# unread notice" other="# unread notices" />
      </VisuallyHidden>
    </Badge>
  );
}

import { ActionIcon, Indicator } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useUnreadNotices } from './useNotices';

/** The bell of the app: how many notices are unread, and the way to them. */
export function NoticesLink() {
  const { t } = useLingui();
  const { count } = useUnreadNotices();
  const label = count ? plural(count, { one: '# unread notice', other: '# unread notices' }) : t`Your notices`;
  return (
    <Indicator label={count} size={18} disabled={count === 0} color="red.8" offset={5}>
      <ActionIcon
        renderRoot={(props) => <Link to="/notices" {...props} />}
        variant="subtle"
        color="gray"
        size={44}
        aria-label={label}
      >
        <IconBell size={22} aria-hidden />
      </ActionIcon>
    </Indicator>
  );
}

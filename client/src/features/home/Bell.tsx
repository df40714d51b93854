import { ActionIcon, Indicator, Popover, Title } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { ReceivedNotices, useUnreadNotices } from '~/features/notice-list';
import { AttentionList } from './Attention';
import css from './home.module.css';
import { isConsentMissing, useAttention } from './useAttention';

/** The bell of the top bar: open matters and unread notices, and lists of both. */
export function Bell({ tenant }: { tenant?: string }) {
  const { t } = useLingui();
  const [opened, setOpened] = useState(false);
  const { matters, failing, fault } = useAttention(tenant);
  const unread = useUnreadNotices();
  // Matters that need the consent of the organisation are not missing: the list says how to get it.
  const missing = fault !== undefined && !isConsentMissing(fault);
  const failed = missing || unread.failed;
  const count = failing.length + (matters?.length ?? 0) + unread.count;
  const some = count ? t`Notifications: ${count}` : t`No notifications`;
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={340} trapFocus returnFocus>
      <Indicator label={failed ? '!' : count} size={18} disabled={!failed && count === 0} color="red.8" offset={5}>
        <Popover.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            aria-label={failed ? t`Notifications could not be loaded` : some}
            onClick={() => setOpened(!opened)}
          >
            <IconBell size={20} aria-hidden />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown>
        <Title order={2} size="h5" mb="xs" tabIndex={-1} data-autofocus>
          <Trans>Needs attention</Trans>
        </Title>
        <AttentionList tenant={tenant} onChosen={() => setOpened(false)} />
        <Title order={2} size="h5" mt="md" mb="xs">
          <Trans>Your notices</Trans>
        </Title>
        <div className={css.notices}>
          <ReceivedNotices />
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

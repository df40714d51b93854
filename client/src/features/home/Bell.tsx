import { ActionIcon, Indicator, Popover, Title } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { AttentionList } from './Attention';
import { useAttention } from './useAttention';

/** The bell of the top bar: how many matters are open, and a list of them. */
export function Bell({ tenant }: { tenant?: string }) {
  const { t } = useLingui();
  const [opened, setOpened] = useState(false);
  const { matters, failing } = useAttention(tenant);
  const count = failing.length + (matters?.length ?? 0);
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={300} trapFocus returnFocus>
      <Indicator label={count} size={18} disabled={count === 0} color="red.8" offset={5}>
        <Popover.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            aria-label={count ? t`Notifications: ${count}` : t`No notifications`}
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
      </Popover.Dropdown>
    </Popover>
  );
}

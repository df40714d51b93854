import { Button, Drawer, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { session } from '~/api/session';
import { useValue } from '~/core/store';
import { useLayer } from '~/design/layers';
import { PresenceChoice, useOwnPresence } from '~/features/presence';
import { OwnQueues } from '~/features/own-queues';
import { SharedPhone } from './SharedPhone';
import { REACH_REASONS, REACH_TITLES } from './messages';
import { ReachDot } from './ReachDot';
import { useReachability } from './reach';
import css from './status.module.css';

/** Reasons that the set-up can remove. */
const SET_UP = new Set(['notifications', 'blocked', 'unsupported']);

/** Name, number, presence, queues, and whether this phone rings, with the way to test or set it up. */
export function StatusSheet({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useLingui();
  const me = useValue(session, (each) => (each.state === 'in' ? each.me : undefined));
  const { reach, reason } = useReachability();
  const presence = useOwnPresence();
  const dismiss = useLayer(opened, onClose);
  const number = me?.extensions.map((each) => each.number).join(', ');
  return (
    <Drawer
      opened={opened}
      onClose={dismiss}
      position="bottom"
      size="auto"
      title={t`Your status`}
      closeButtonProps={{ 'aria-label': t`Close`, size: 44 }}
    >
      <Stack className={css.body} gap="md">
        <div>
          <Text className={css.name}>{me?.person?.name}</Text>
          <Text c="dimmed">{number ? t`Extension ${number}` : t`No extension`}</Text>
        </div>
        {presence && <PresenceChoice presence={presence} />}
        <OwnQueues />
        <Button
          size="md"
          variant="subtle"
          renderRoot={(props) => <Link to="/settings/forwarding" {...props} onClick={onClose} />}
        >
          <Trans>Forwarding, ring order and greetings</Trans>
        </Button>
        {me?.extensions.map(({ id }) => (
          <SharedPhone key={id} extension={id} />
        ))}
        <div className={css.reach}>
          <ReachDot reach={reach} />
          <div>
            <Text fw={500}>{t(REACH_TITLES[reach])}</Text>
            <Text size="sm" c="dimmed">
              {reason ? t(REACH_REASONS[reason]) : <Trans>This device shows calls as notifications.</Trans>}
            </Text>
          </div>
        </div>
        {reason && SET_UP.has(reason) && (
          <Button size="md" renderRoot={(props) => <Link to="/welcome" {...props} onClick={onClose} />}>
            <Trans>Set up</Trans>
          </Button>
        )}
        <Button size="md" variant="light" renderRoot={(props) => <Link to="/self-test" {...props} onClick={onClose} />}>
          <Trans>Test</Trans>
        </Button>
      </Stack>
    </Drawer>
  );
}

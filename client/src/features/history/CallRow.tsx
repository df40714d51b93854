import { ActionIcon, Box, Text } from '@mantine/core';
import {
  IconPhone,
  IconPhoneCheck,
  IconPhoneIncoming,
  IconPhoneOutgoing,
  IconPhoneX,
  type Icon,
} from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { formatDuration } from '~/design/dates';
import { Row } from '~/design/Rows';
import { startCall } from '~/features/call';
import { qualityGrade, type HistoryEntry } from './model';

const STYLES: Record<HistoryEntry['kind'], { icon: Icon; colour: string }> = {
  incoming: { icon: IconPhoneIncoming, colour: 'var(--mantine-color-dimmed)' },
  outgoing: { icon: IconPhoneOutgoing, colour: 'var(--mantine-color-dimmed)' },
  declined: { icon: IconPhoneX, colour: 'var(--mantine-color-dimmed)' },
  test: { icon: IconPhoneCheck, colour: 'var(--mantine-color-dimmed)' },
  missed: { icon: IconPhoneX, colour: 'var(--mantine-color-error)' },
};

/** One call: party, time, outcome, and a call button. */
export function CallRow({ entry }: { entry: HistoryEntry }) {
  const { t, i18n } = useLingui();
  const { icon: KindIcon, colour } = STYLES[entry.kind];
  const kinds = {
    incoming: t`Incoming`,
    outgoing: t`Outgoing`,
    missed: t`Missed`,
    declined: t`Declined`,
    test: t`Test`,
  };
  const outcomes = {
    answered: '',
    missed: t`no answer`,
    cancelled: t`cancelled`,
    busy: t`busy`,
    declined: t`declined`,
    unreachable: t`not reachable`,
    failed: t`failed`,
  };
  const others = entry.others.join(', ');
  const length = formatDuration(Math.round(entry.messageSeconds ?? 0));
  const detail = entry.seconds
    ? formatDuration(entry.seconds)
    : entry.kind === 'outgoing' && entry.messageSeconds !== undefined
      ? entry.messageSeconds > 0
        ? t`left a message ${length}`
        : t`voicemail answered`
      : entry.kind === 'outgoing' && entry.outcome !== 'answered'
        ? outcomes[entry.outcome]
        : '';
  const name =
    entry.kind === 'test'
      ? t`Test call`
      : entry.erased
        ? t`Deleted person`
        : entry.name || entry.number || t`Withheld number`;
  const poor = entry.mos !== undefined && qualityGrade(entry.mos) !== 'good';
  return (
    <Row
      icon={<KindIcon size={20} color={colour} aria-hidden />}
      trailing={
        <>
          <Text size="sm" c="dimmed" component="time" dateTime={entry.started.toISOString()}>
            {i18n.date(entry.started, { timeStyle: 'short' })}
          </Text>
          {entry.number && entry.kind !== 'test' ? (
            <ActionIcon
              variant="light"
              size={44}
              radius="xl"
              aria-label={t`Call ${name}`}
              onClick={() => void startCall(entry.number)}
            >
              <IconPhone size={20} aria-hidden />
            </ActionIcon>
          ) : (
            <Box w={44} />
          )}
        </>
      }
    >
      <Text fw={entry.kind === 'missed' ? 650 : 500} c={entry.kind === 'missed' ? 'red' : undefined} truncate>
        {name}
      </Text>
      <Text size="sm" c="dimmed" truncate>
        {[kinds[entry.kind], detail, entry.kind !== 'test' && entry.name && entry.number, others && t`also ${others}`]
          .filter(Boolean)
          .join(' · ')}
      </Text>
      {poor && (
        <Text size="xs" c="dimmed">
          {qualityGrade(entry.mos!) === 'fair' ? <Trans>Fair audio quality</Trans> : <Trans>Poor audio quality</Trans>}
        </Text>
      )}
    </Row>
  );
}

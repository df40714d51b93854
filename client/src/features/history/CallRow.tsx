import { ActionIcon, Box } from '@mantine/core';
import {
  IconCircleFilled,
  IconPhone,
  IconPhoneCheck,
  IconPhoneIncoming,
  IconPhoneOutgoing,
  IconPhoneX,
  IconRecordMail,
  IconTrash,
  IconUsersGroup,
  type Icon,
} from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { Avatar } from '~/design/Avatar';
import { LinkRow, RowTime } from '~/design/LinkRow';
import { formatDuration } from '~/design/dates';
import { startCall } from '~/features/call';
import { useContactName } from '~/features/contact-names';
import { useNumberFormat } from '~/features/phone-numbers';
import type { VoicemailEntry } from '~/features/voicemail';
import { useCallTexts } from './call-texts';
import type { CallGroup, HistoryEntry } from './model';
import { useRemoveCalls } from './useRemoveCalls';

const MARKS: Record<HistoryEntry['kind'], { icon: Icon; colour?: string }> = {
  incoming: { icon: IconPhoneIncoming },
  outgoing: { icon: IconPhoneOutgoing },
  declined: { icon: IconPhoneX },
  test: { icon: IconPhoneCheck },
  missed: { icon: IconPhoneX, colour: 'var(--mantine-color-error)' },
};

interface CallRowProps {
  group: CallGroup;
  /** Name of the conference room called. */
  room?: string;
  /** A message left in one of the calls. */
  message?: VoicemailEntry;
  unseen: boolean;
  /** Shown in the detail pane. */
  selected: boolean;
}

/** One or more calls with the same party: opens their detail; the receiver calls. */
export function CallRow({ group: { id, latest, entries }, room, message, unseen, selected }: CallRowProps) {
  const { t, i18n } = useLingui();
  const { nameOf, outcomeOf } = useCallTexts();
  const formatted = useNumberFormat();
  const { icon: KindIcon, colour = 'var(--mantine-color-dimmed)' } = MARKS[latest.kind];
  const contact = useContactName(room || latest.erased ? undefined : latest.number)?.name;
  const shownName = contact || latest.name;
  const name = room ?? nameOf({ ...latest, name: shownName });
  const removeCalls = useRemoveCalls();
  const callBack = () => void startCall(latest.number, { name: room || shownName || undefined });
  const callable = latest.number !== '' && latest.kind !== 'test';
  const count = entries.length;
  const recorded = entries.some((each) => each.recorded);
  const length = formatDuration(Math.round(message?.seconds ?? 0));
  const others = latest.others.map(formatted).join(', ');
  const second = [
    outcomeOf(latest),
    count > 1 && t`${count} calls`,
    count === 1 && latest.seconds > 0 && formatDuration(latest.seconds),
    message && length,
    others && t`also ${others}`,
  ].filter(Boolean);
  return (
    <LinkRow
      open={(props) => <Link to="/calls/$call" params={{ call: id }} search={true} {...props} />}
      avatar={
        <Avatar
          name={room ? '' : shownName}
          of={room || latest.erased ? undefined : latest.number}
          icon={room ? IconUsersGroup : undefined}
          presence={<KindIcon size={14} stroke={1.75} color={colour} />}
        />
      }
      name={name}
      emphasized={unseen}
      second={second.join(' · ')}
      selected={selected}
      number={callable ? latest.number : undefined}
      swipe={{
        right: callable ? { label: t`Call`, icon: IconPhone, run: callBack } : undefined,
        left: {
          label: t`Remove`,
          icon: IconTrash,
          removes: true,
          run: () => removeCalls(entries.map((each) => each.id)),
        },
      }}
      end={
        <>
          {message && <IconRecordMail size={18} stroke={1.75} role="img" aria-label={t`with a message of ${length}`} />}
          {recorded && (
            <IconCircleFilled size={12} color="var(--mantine-color-red-7)" role="img" aria-label={t`recorded`} />
          )}
          <RowTime dateTime={latest.started.toISOString()}>{i18n.date(latest.started, { timeStyle: 'short' })}</RowTime>
          {callable ? (
            <ActionIcon variant="subtle" size={44} radius="xl" aria-label={t`Call ${name}`} onClick={callBack}>
              <IconPhone size={20} stroke={1.75} aria-hidden />
            </ActionIcon>
          ) : (
            <Box w={44} />
          )}
        </>
      }
    />
  );
}

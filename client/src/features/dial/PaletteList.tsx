import { IconArrowRight, IconPhone } from '@tabler/icons-react';
import { msg } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { Avatar } from '~/design/Avatar';
import { SearchEntry, SearchList } from '~/design/SearchList';
import { startCall } from '~/features/call';
import { useCode } from '~/features/feature-codes';
import { usePeople } from '~/features/directory';
import { useNumberFormat } from '~/features/phone-numbers';
import { remember } from './model';
import { paletteEntries, type Command, type PaletteEntry } from './palette';

const SCREENS = [
  { to: '/self-test', title: msg`Will my phone ring?` },
  { to: '/welcome', title: msg`Set up this phone` },
  { to: '/settings/forwarding', title: msg`Forwarding` },
  { to: '/settings/speed-dials', title: msg`Speed dials` },
  { to: '/settings/voicemail', title: msg`Mailbox` },
  { to: '/settings/devices', title: msg`Devices` },
  { to: '/settings/codes', title: msg`Feature codes` },
  { to: '/settings/security', title: msg`Security` },
  { to: '/diagnostics', title: msg`Report a problem` },
] as const;

/** Field and entries: people and numbers to call, screens to open. */
export function PaletteList({ onDone }: { onDone: () => void }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const people = usePeople();
  const mailbox = useCode('voicemail-own');
  const commands: Command[] = [
    ...(mailbox
      ? [{ id: 'mailbox', title: t`Call mailbox`, run: () => void startCall(mailbox, { name: t`Mailbox` }) }]
      : []),
    ...SCREENS.map(({ to, title }) => ({ id: to, title: t(title), run: () => void navigate({ to }) })),
  ];
  const choose = (entry: PaletteEntry) => {
    onDone();
    if (entry.kind === 'command') return entry.run();
    remember(entry.number);
    void startCall(entry.number);
  };
  return (
    <SearchList
      label={t`Name, number or command`}
      placeholder={t`Call or find…`}
      text={text}
      onText={setText}
      items={paletteEntries(text, people, commands)}
      keyOf={({ kind, id }) => `${kind}-${id}`}
      onChoose={choose}
    >
      {(entry) => <EntryContent entry={entry} />}
    </SearchList>
  );
}

function EntryContent({ entry }: { entry: PaletteEntry }) {
  const formatted = useNumberFormat();
  const number = formatted(entry.kind === 'number' ? entry.number : '');
  switch (entry.kind) {
    case 'person':
      return (
        <SearchEntry
          icon={<Avatar name={entry.title} of={entry.number} size={32} />}
          title={entry.title}
          detail={entry.number}
        />
      );
    case 'number':
      return <SearchEntry icon={<IconPhone size={20} aria-hidden />} title={<Trans>Call {number}</Trans>} />;
    case 'command':
      return <SearchEntry icon={<IconArrowRight size={20} aria-hidden />} title={entry.title} />;
  }
}

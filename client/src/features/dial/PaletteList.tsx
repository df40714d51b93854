import { Text, TextInput } from '@mantine/core';
import { IconArrowRight, IconPhone, IconSearch } from '@tabler/icons-react';
import { msg } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { useValue } from '~/core/store';
import { Avatar } from '~/design/Avatar';
import { startCall } from '~/features/call';
import { colleagues } from '~/features/directory';
import { remember } from './model';
import { paletteEntries, type Command, type PaletteEntry } from './palette';
import css from './palette.module.css';

const SCREENS = [
  { to: '/self-test', title: msg`Will my phone ring?` },
  { to: '/welcome', title: msg`Set up this phone` },
  { to: '/settings/voicemail', title: msg`Mailbox` },
  { to: '/settings/devices', title: msg`Devices` },
  { to: '/settings/security', title: msg`Security` },
  { to: '/diagnostics', title: msg`Report a problem` },
] as const;
const MAILBOX_CODE = '*97';

/** Field and entries; arrow keys choose, Enter calls or opens. */
export function PaletteList({ onDone }: { onDone: () => void }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const people = useValue(colleagues.state, (each) => each.colleagues);
  const commands: Command[] = [
    { id: 'mailbox', title: t`Call mailbox`, run: () => void startCall(MAILBOX_CODE, { name: t`Mailbox` }) },
    ...SCREENS.map(({ to, title }) => ({ id: to, title: t(title), run: () => void navigate({ to }) })),
  ];
  const entries = paletteEntries(text, people, commands);
  const chosen = Math.min(active, entries.length - 1);
  useEffect(() => void colleagues.open(), []);
  // Newer browsers return a promise; React accepts a function only.
  useEffect(() => void list.current?.children[chosen]?.scrollIntoView({ block: 'nearest' }), [chosen]);
  const choose = (entry: PaletteEntry) => {
    onDone();
    if (entry.kind === 'command') return entry.run();
    remember(entry.number);
    void startCall(entry.number);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && entries.length > 0) {
      event.preventDefault();
      setActive((chosen + step + entries.length) % entries.length);
    } else if (event.key === 'Enter' && entries[chosen]) {
      event.preventDefault();
      choose(entries[chosen]);
    }
  };
  return (
    <>
      <TextInput
        className={css.field}
        size="md"
        variant="unstyled"
        data-autofocus
        role="combobox"
        aria-label={t`Name, number or command`}
        aria-expanded
        aria-controls={id}
        aria-activedescendant={entries[chosen] && `${id}-${chosen}`}
        autoComplete="off"
        placeholder={t`Call or find…`}
        leftSection={<IconSearch size={18} aria-hidden />}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul ref={list} id={id} role="listbox" aria-label={t`Results`} className={css.entries}>
        {entries.map((each, place) => (
          <li
            key={`${each.kind}-${each.id}`}
            id={`${id}-${place}`}
            role="option"
            aria-selected={place === chosen}
            className={css.entry}
            onClick={() => choose(each)}
            onPointerMove={() => setActive(place)}
          >
            <EntryContent entry={each} />
          </li>
        ))}
      </ul>
      <Text role="status" className={css.nothing} size="sm" c="dimmed">
        {entries.length === 0 && <Trans>Nothing matches.</Trans>}
      </Text>
    </>
  );
}

function EntryContent({ entry }: { entry: PaletteEntry }) {
  const { number } = entry.kind === 'number' ? entry : { number: '' };
  switch (entry.kind) {
    case 'person':
      return (
        <>
          <Avatar name={entry.title} size={32} />
          <span className={css.title}>{entry.title}</span>
          <span className={css.number}>{entry.number}</span>
        </>
      );
    case 'number':
      return (
        <>
          <IconPhone size={20} aria-hidden className={css.icon} />
          <span className={css.title}>
            <Trans>Call {number}</Trans>
          </span>
        </>
      );
    case 'command':
      return (
        <>
          <IconArrowRight size={20} aria-hidden className={css.icon} />
          <span className={css.title}>{entry.title}</span>
        </>
      );
  }
}

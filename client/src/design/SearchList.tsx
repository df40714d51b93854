import { Text, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import css from './search-list.module.css';

interface SearchListProps<T> {
  /** Name of the field. */
  label: string;
  placeholder: string;
  text: string;
  onText: (text: string) => void;
  /** The matches, in order. */
  items: T[];
  keyOf: (item: T) => string;
  onChoose: (item: T) => void;
  /** Content of an entry: an icon of 2rem, the title, details. */
  children: (item: T) => ReactNode;
}

/** Field and matches of a dialog that finds things by typing; arrow keys choose, Enter opens. */
export function SearchList<T>({
  label,
  placeholder,
  text,
  onText,
  items,
  keyOf,
  onChoose,
  children,
}: SearchListProps<T>) {
  const { t } = useLingui();
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [active, setActive] = useState(0);
  const chosen = Math.min(active, items.length - 1);
  const selected = items[chosen];

  // The list may be loaded after its dialog, which has given the focus to something else by then.
  useEffect(() => field.current?.focus(), []);
  // Newer browsers return a promise; React accepts a function only.
  useEffect(() => void list.current?.children[chosen]?.scrollIntoView({ block: 'nearest' }), [chosen]);

  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && items.length > 0) {
      event.preventDefault();
      setActive((chosen + step + items.length) % items.length);
    } else if (event.key === 'Enter' && selected !== undefined) {
      event.preventDefault();
      onChoose(selected);
    }
  };
  return (
    <>
      <TextInput
        className={css.field}
        size="md"
        variant="unstyled"
        ref={field}
        data-autofocus
        role="combobox"
        aria-label={label}
        aria-expanded
        aria-controls={id}
        aria-activedescendant={selected === undefined ? undefined : `${id}-${chosen}`}
        autoComplete="off"
        placeholder={placeholder}
        leftSection={<IconSearch size={18} aria-hidden />}
        value={text}
        onChange={(event) => {
          onText(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul ref={list} id={id} role="listbox" aria-label={t`Results`} className={css.entries}>
        {items.map((item, place) => (
          <li
            key={keyOf(item)}
            id={`${id}-${place}`}
            role="option"
            aria-selected={place === chosen}
            className={css.entry}
            onClick={() => onChoose(item)}
            onPointerMove={() => setActive(place)}
          >
            {children(item)}
          </li>
        ))}
      </ul>
      <Text role="status" className={css.nothing} size="sm" c="dimmed">
        {items.length === 0 && <Trans>Nothing matches.</Trans>}
      </Text>
    </>
  );
}

/** The parts of an entry. */
export function SearchEntry({ icon, title, detail }: { icon: ReactNode; title: ReactNode; detail?: ReactNode }) {
  return (
    <>
      <span className={css.icon}>{icon}</span>
      <span className={css.title}>{title}</span>
      {detail && <span className={css.detail}>{detail}</span>}
    </>
  );
}

import { Text, TextInput } from '@mantine/core';
import { IconHash, IconSearch } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useId, useRef, useState, type KeyboardEvent } from 'react';
import { api, type Extension, type Person } from '~/api';
import { MAX_PAGE_SIZE } from '~/core/pagination';
import { Avatar } from '~/design/Avatar';
import { useAllPages } from '~/design/lists';
import { searchResults, type Result } from './results';
import { GROUPS, OWN_SECTIONS } from './sections';
import css from './commands.module.css';

const SECTIONS = [...GROUPS.flatMap(({ sections }) => sections), ...OWN_SECTIONS];

interface CommandListProps {
  tenant?: string;
  onChosen: () => void;
}

/** Field and results of the search; arrow keys choose, Enter opens. */
export default function CommandList({ tenant, onChosen }: CommandListProps) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const [search, setSearch] = useState('');
  const [active, setActive] = useState(0);
  const query = (cursor?: string) => ({ query: { tenant, cursor, limit: MAX_PAGE_SIZE } });
  const people = useAllPages<Person>(['persons', tenant], (cursor) => api.listPersons(query(cursor))).items;
  const extensions = useAllPages<Extension>(['extensions', tenant], (cursor) =>
    api.listExtensions(query(cursor)),
  ).items;
  const pages = SECTIONS.map(({ to, title }) => ({ to, title: t(title) }));
  const results = searchResults(search, { pages, people, extensions });
  const chosen = Math.min(active, results.length - 1);

  // The list is loaded after the dialog, which has given the focus to something else by then.
  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);

  const open = ({ to }: Result) => {
    onChosen();
    void navigate({ to });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && results.length > 0) {
      event.preventDefault();
      setActive((chosen + step + results.length) % results.length);
    } else if (event.key === 'Enter' && results[chosen]) {
      event.preventDefault();
      open(results[chosen]);
    }
  };
  const kinds = { page: t`Page`, person: t`Person`, number: t`Number` };
  return (
    <div className={css.commands}>
      <TextInput
        className={css.field}
        size="md"
        variant="unstyled"
        ref={field}
        role="combobox"
        aria-label={t`Search people, numbers and pages`}
        aria-expanded
        aria-controls={id}
        aria-activedescendant={results[chosen] && `${id}-${chosen}`}
        autoComplete="off"
        placeholder={t`Search people, numbers and pages`}
        leftSection={<IconSearch size={18} aria-hidden />}
        value={search}
        onChange={(event) => {
          setSearch(event.currentTarget.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul ref={list} id={id} role="listbox" aria-label={t`Results`} className={css.results}>
        {results.map((each, place) => (
          <li
            key={`${each.kind}-${each.id}`}
            id={`${id}-${place}`}
            role="option"
            aria-selected={place === chosen}
            className={css.result}
            onClick={() => open(each)}
            onPointerMove={() => setActive(place)}
          >
            <ResultIcon result={each} />
            <span className={css.title}>{each.title}</span>
            <span className={css.detail}>{each.detail ?? kinds[each.kind]}</span>
          </li>
        ))}
      </ul>
      <Text role="status" className={css.nothing} size="sm" c="dimmed">
        {results.length === 0 && <Trans>Nothing matches.</Trans>}
      </Text>
    </div>
  );
}

function ResultIcon({ result: { kind, title, to } }: { result: Result }) {
  if (kind === 'person') return <Avatar name={title} size={32} />;
  const Shape = (kind === 'page' && SECTIONS.find((each) => each.to === to)?.icon) || IconHash;
  return (
    <span className={css.icon}>
      <Shape size={18} aria-hidden />
    </span>
  );
}

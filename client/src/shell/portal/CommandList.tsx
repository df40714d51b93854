import { IconHash, type Icon } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, type Extension, type Person } from '~/api';
import { MAX_PAGE_SIZE } from '~/core/pagination';
import { Avatar } from '~/design/Avatar';
import { useAllPages } from '~/design/lists';
import { SearchEntry, SearchList } from '~/design/SearchList';
import { searchResults, type Result } from './results';
import { OWN_SECTIONS, useGroups } from './sections';

interface CommandListProps {
  tenant: string;
  onChosen: () => void;
}

/** Field and results of the search. */
export default function CommandList({ tenant, onChosen }: CommandListProps) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const [search, setSearch] = useState('');
  const query = (cursor?: string) => ({ query: { tenant, cursor, limit: MAX_PAGE_SIZE } });
  const people = useAllPages<Person>(['persons', tenant], (cursor) => api.listPersons(query(cursor))).items;
  const extensions = useAllPages<Extension>(['extensions', tenant], (cursor) =>
    api.listExtensions(query(cursor)),
  ).items;
  const sections = [...useGroups().flatMap((group) => group.sections), ...OWN_SECTIONS];
  const pages = sections.map(({ to, title }) => ({ to, title: t(title) }));
  const kinds = { page: t`Page`, person: t`Person`, number: t`Number` };
  return (
    <SearchList
      label={t`Search people, numbers and pages`}
      placeholder={t`Search people, numbers and pages`}
      text={search}
      onText={setSearch}
      items={searchResults(search, { pages, people, extensions })}
      keyOf={({ kind, id }) => `${kind}-${id}`}
      onChoose={({ to }) => {
        onChosen();
        void navigate({ to });
      }}
    >
      {(result) => (
        <SearchEntry
          icon={<ResultIcon result={result} icon={sections.find((each) => each.to === result.to)?.icon} />}
          title={result.title}
          detail={result.detail ?? kinds[result.kind]}
        />
      )}
    </SearchList>
  );
}

function ResultIcon({ result: { kind, title }, icon }: { result: Result; icon?: Icon }) {
  if (kind === 'person') return <Avatar name={title} size={32} />;
  const Shape = (kind === 'page' && icon) || IconHash;
  return <Shape size={18} aria-hidden />;
}

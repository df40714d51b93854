import { Select, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Page } from '~/design/Page';
import { useValue } from '~/core/store';
import { RoomList } from '~/features/conferences';
import { ContactList } from '~/features/contacts';
import { colleagues, departmentsOf, inDepartment } from '~/features/directory';
import { presences } from '~/features/presence';
import { StatusChip } from '~/features/status';
import { SuggestionList } from '~/features/suggestions';
import { Panes } from '~/design/Panes';
import { Segments } from '~/design/Segments';
import { ColleagueList } from './ColleagueList';
import { FavouriteStrip } from './FavouriteStrip';
import css from './team.module.css';

/** The tab of the team: colleagues, contacts and conference rooms. */
export default function Team() {
  const { person, contact } = useParams({ strict: false });
  return <Panes list={<TeamTab />} detail={person !== undefined || contact !== undefined} />;
}

function TeamTab() {
  const { t, i18n } = useLingui();
  const navigate = useNavigate();
  const { search, department, colleagues: all } = useValue(colleagues.state);
  const departments = departmentsOf(all, i18n.locale);
  const filtered = inDepartment(all, department) !== all;
  const { show = 'colleagues' } = useSearch({ strict: false });
  useEffect(() => void colleagues.open(), []);
  useEffect(() => presences.open(), []);
  return (
    <Page title={t`Team`} actions={<StatusChip />}>
      <Segments
        label={t`Show`}
        value={show}
        onChange={(value) =>
          void navigate({ to: '/team', search: value === 'colleagues' ? {} : { show: value }, replace: true })
        }
        data={[
          { value: 'colleagues', label: t`Colleagues` },
          { value: 'contacts', label: t`Contacts` },
          { value: 'rooms', label: t`Rooms` },
        ]}
      />
      {show === 'rooms' && <RoomList />}
      {show === 'contacts' && <ContactList />}
      {show === 'colleagues' && (
        <>
          <div className={css.search}>
            <TextInput
              type="search"
              size="md"
              aria-label={t`Search people`}
              placeholder={t`Name or number`}
              leftSection={<IconSearch size={18} aria-hidden />}
              value={search}
              onChange={(event) => colleagues.search(event.currentTarget.value)}
            />
            {departments.length > 0 && (
              <Select
                size="md"
                mt="xs"
                aria-label={t`Department`}
                clearable
                placeholder={t`All departments`}
                data={departments}
                value={filtered ? department : null}
                onChange={(value) => colleagues.choose(value ?? '')}
              />
            )}
          </div>
          {!search && !filtered && <FavouriteStrip />}
          {!search && !filtered && <SuggestionList />}
          <ColleagueList />
        </>
      )}
    </Page>
  );
}

import { Button, Group, Text } from '@mantine/core';
import { IconUserPlus } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState, type ReactNode } from 'react';
import { useValue } from '~/core/store';
import { colleagues, ContactPicker } from '~/features/directory';
import type { Roster } from './roster';
import css from './conferences.module.css';

/** For hosts: call another participant into the room. `children`: buttons beside the one that begins. */
export function Invite({ roster, children }: { roster: Roster; children: ReactNode }) {
  const { t } = useLingui();
  const [query, setQuery] = useState<string>();
  const invited = useValue(roster.state, (each) => each.invited);
  const name = (invited && colleagues.nameOf(invited)) || invited;
  useEffect(() => void colleagues.open(), []);
  const number = query?.trim() ?? '';
  const invite = async () => {
    if (await roster.invite(number)) setQuery(undefined);
  };
  return (
    <>
      {query === undefined ? (
        <div className={css.footerButtons}>
          <Button
            size="md"
            px="xs"
            variant="light"
            leftSection={<IconUserPlus size={18} aria-hidden />}
            onClick={() => setQuery('')}
          >
            <Trans>Add people</Trans>
          </Button>
          {children}
        </div>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void invite();
          }}
        >
          <ContactPicker label={t`Name or number to add`} query={query} onChange={setQuery} />
          <Group grow mt="xs">
            <Button type="submit" size="md" disabled={!/^[0-9]{2,8}$/.test(number)}>
              <Trans>Invite</Trans>
            </Button>
            <Button size="md" variant="default" onClick={() => setQuery(undefined)}>
              <Trans>Cancel</Trans>
            </Button>
          </Group>
        </form>
      )}
      <Text size="sm" c="dimmed" role="status">
        {name && <Trans>Calling {name}…</Trans>}
      </Text>
    </>
  );
}

import { Button, Group, Text } from '@mantine/core';
import { IconUserPlus } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useState } from 'react';
import { useValue } from '~/kernel/store';
import { colleagues, Whom } from '~/rooms/directory';
import type { Roster } from './roster';

/** For hosts: somebody else is rung, and asked in. */
export function Invite({ roster }: { roster: Roster }) {
  const { t } = useLingui();
  const [wanted, setWanted] = useState<string>();
  const invited = useValue(roster.state, (each) => each.invited);
  const name = (invited && colleagues.nameOf(invited)) || invited;
  useEffect(() => void colleagues.open(), []);
  const number = wanted?.trim() ?? '';
  const ring = async () => {
    if (await roster.invite(number)) setWanted(undefined);
  };
  return (
    <>
      {wanted === undefined ? (
        <Button
          size="md"
          variant="light"
          leftSection={<IconUserPlus size={18} aria-hidden />}
          onClick={() => setWanted('')}
        >
          <Trans>Add somebody</Trans>
        </Button>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void ring();
          }}
        >
          <Whom label={t`Whom?`} wanted={wanted} want={setWanted} />
          <Group grow mt="xs">
            <Button type="submit" size="md" disabled={!/^[0-9]{2,8}$/.test(number)}>
              <Trans>Call them in</Trans>
            </Button>
            <Button size="md" variant="default" onClick={() => setWanted(undefined)}>
              <Trans>Never mind</Trans>
            </Button>
          </Group>
        </form>
      )}
      <Text size="sm" c="dimmed" role="status">
        {name && <Trans>{name} is being called.</Trans>}
      </Text>
    </>
  );
}

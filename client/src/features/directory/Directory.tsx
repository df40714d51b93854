import { ActionIcon, Avatar, Button, Text, TextInput, Title } from '@mantine/core';
import { IconPhone, IconSearch, IconUsersGroup, IconVideo } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useEffect, useMemo } from 'react';
import type { Colleague } from '~/api';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { Row, Rows } from '~/design/Rows';
import { useValue } from '~/core/store';
import { startCall } from '~/features/call';
import { colleagues } from './colleagues';
import { searchColleagues, sections } from './model';

/** Colleagues from A to Z with call buttons. */
export default function Directory() {
  const { t, i18n } = useLingui();
  const now = useValue(colleagues.state);
  useEffect(() => void colleagues.open(), []);
  const letterSections = useMemo(
    () => sections(searchColleagues(now.colleagues, now.search), i18n.locale),
    [now.colleagues, now.search, i18n.locale],
  );
  return (
    <Page
      title={t`People`}
      actions={
        <Button
          renderRoot={(props) => <Link to="/rooms" {...props} />}
          variant="light"
          size="md"
          leftSection={<IconUsersGroup size={18} aria-hidden />}
        >
          <Trans>Rooms</Trans>
        </Button>
      }
    >
      <TextInput
        type="search"
        size="md"
        aria-label={t`Search people`}
        placeholder={t`Name or number`}
        leftSection={<IconSearch size={18} aria-hidden />}
        value={now.search}
        onChange={(event) => colleagues.search(event.currentTarget.value)}
        mb="md"
      />
      {now.source === 'cache' && !now.loading && (
        <InfoNotice>
          <Trans>You are seeing saved contacts. New people appear when you are online.</Trans>
        </InfoNotice>
      )}
      {now.source === 'none' && <ErrorNotice fault={now.fault} />}
      {letterSections.map((section) => (
        <section key={section.letter} aria-label={section.letter}>
          <Title order={2} size="h6" c="dimmed" mt="md" mb={4} aria-hidden>
            {section.letter}
          </Title>
          <Rows>
            {section.colleagues.map((each) => (
              <ColleagueRow key={each.id} colleague={each} />
            ))}
          </Rows>
        </section>
      ))}
      {letterSections.length === 0 && !now.fault && (
        <Text c="dimmed" ta="center" py="xl" role="status">
          {now.loading ? (
            <Trans>Loading…</Trans>
          ) : now.search ? (
            <Trans>No matching people.</Trans>
          ) : (
            <Trans>No colleagues yet.</Trans>
          )}
        </Text>
      )}
    </Page>
  );
}

function ColleagueRow({ colleague: { name, number } }: { colleague: Colleague }) {
  const { t } = useLingui();
  return (
    <Row
      icon={<Avatar name={name} color="harbour" radius="xl" aria-hidden />}
      trailing={
        <>
          <ActionIcon
            variant="subtle"
            size={44}
            radius="xl"
            aria-label={t`Video call with ${name}`}
            onClick={() => void startCall(number, { video: true })}
          >
            <IconVideo size={20} aria-hidden />
          </ActionIcon>
          <ActionIcon
            variant="light"
            size={44}
            radius="xl"
            aria-label={t`Call ${name}`}
            onClick={() => void startCall(number)}
          >
            <IconPhone size={20} aria-hidden />
          </ActionIcon>
        </>
      }
    >
      <Text fw={500} truncate>
        {name}
      </Text>
      <Text size="sm" c="dimmed">
        {number}
      </Text>
    </Row>
  );
}

import { Button, Center, Group, SegmentedControl, Stack, Text, TextInput, Title } from '@mantine/core';
import { IconMicrophone2, IconSearch } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { Rows } from '~/design/Rows';
import { useValue } from '~/core/store';
import { calls } from './calls';
import { CallRow } from './CallRow';
import { groupByDay, daysAgo, visibleEntries } from './model';

/** The user's own calls, newest first. */
export default function History() {
  const { t, i18n } = useLingui();
  const now = useValue(calls.state);
  useEffect(() => void calls.open(), []);
  const shown = visibleEntries(now);
  const heading = (date: Date) => {
    const ago = daysAgo(date, new Date());
    if (ago === 0) return t`Today`;
    if (ago === 1) return t`Yesterday`;
    return i18n.date(date, { weekday: 'long', day: 'numeric', month: 'long', ...(ago > 300 && { year: 'numeric' }) });
  };
  return (
    <Page
      title={t`History`}
      actions={
        <Button
          renderRoot={(props) => <Link to="/recordings" {...props} />}
          variant="subtle"
          size="md"
          leftSection={<IconMicrophone2 size={18} aria-hidden />}
        >
          <Trans>Recordings</Trans>
        </Button>
      }
    >
      <Stack gap="xs" mb="md">
        <SegmentedControl
          fullWidth
          size="md"
          aria-label={t`Filter calls`}
          value={now.missedOnly ? 'missed' : 'all'}
          onChange={(value) => calls.missedOnly(value === 'missed')}
          data={[
            { value: 'all', label: t`All` },
            { value: 'missed', label: t`Missed` },
          ]}
        />
        <TextInput
          type="search"
          size="md"
          aria-label={t`Search calls`}
          placeholder={t`Name or number`}
          leftSection={<IconSearch size={18} aria-hidden />}
          value={now.search}
          onChange={(event) => calls.search(event.currentTarget.value)}
        />
      </Stack>
      {now.source === 'cache' && !now.loading && (
        <InfoNotice>
          <Trans>You are seeing saved calls. Newer calls appear when you are online.</Trans>
        </InfoNotice>
      )}
      {now.source === 'none' && <ErrorNotice fault={now.fault} />}
      {groupByDay(shown).map((day) => (
        <section key={day.key} aria-labelledby={`day-${day.key}`}>
          <Title order={2} size="h6" c="dimmed" mt="md" mb={4} id={`day-${day.key}`}>
            {heading(day.date)}
          </Title>
          <Rows>
            {day.entries.map((entry) => (
              <CallRow key={entry.id} entry={entry} />
            ))}
          </Rows>
        </section>
      ))}
      {shown.length === 0 && !now.fault && (
        <Text c="dimmed" ta="center" py="xl" role="status">
          {now.loading ? (
            <Trans>Loading…</Trans>
          ) : now.search || now.missedOnly ? (
            <Trans>No matching calls.</Trans>
          ) : (
            <Trans>No calls yet.</Trans>
          )}
        </Text>
      )}
      {now.more && (
        <Center my="md">
          <Group>
            <Button variant="default" size="md" loading={now.loading} onClick={() => void calls.loadEarlier()}>
              <Trans>Earlier calls</Trans>
            </Button>
          </Group>
        </Center>
      )}
    </Page>
  );
}

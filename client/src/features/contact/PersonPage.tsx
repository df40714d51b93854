import { Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useParams } from '@tanstack/react-router';
import { useEffect } from 'react';
import { ErrorBar } from '~/design/ErrorBar';
import { Page } from '~/design/Page';
import { useValue } from '~/core/store';
import { colleagues } from '~/features/directory';
import { useTwoPanes } from '~/design/Panes';
import { Contact } from './Contact';

/** A colleague. */
export default function PersonPage() {
  const { t } = useLingui();
  const beside = useTwoPanes();
  const { person: id } = useParams({ strict: false });
  const now = useValue(colleagues.state);
  useEffect(() => void colleagues.open(), []);
  const colleague = now.colleagues.find((each) => each.id === id);
  if (colleague) {
    return <Contact key={colleague.id} back="/team" party={{ ...colleague, title: colleague.name, room: false }} />;
  }
  return (
    <Page title={t`Colleague`} level={beside ? 2 : 1} back={beside ? undefined : '/team'}>
      <ErrorBar fault={now.fault} retry={() => colleagues.refresh()} />
      {!now.fault && (
        <Text c="dimmed" role="status">
          {now.loading || now.source === 'none' ? (
            <Trans>Loading…</Trans>
          ) : (
            <Trans>This person is no longer in the team.</Trans>
          )}
        </Text>
      )}
    </Page>
  );
}

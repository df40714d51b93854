import { Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { session } from '~/api/session';
import { useValue } from '~/core/store';
import { Page } from '~/design/Page';
import { Section } from '~/design/Section';
import { SpeedDialList } from './SpeedDialList';

/** The user's personal short numbers. */
export default function SpeedDials() {
  const { t } = useLingui();
  const me = useValue(session, (each) => (each.state === 'in' ? each.me : undefined));
  const extensions = me?.extensions ?? [];
  return (
    <Page title={t`Speed dials`} back="/settings">
      {extensions.map(({ id, number }) => (
        <Section key={id} title={t`Extension ${number}`}>
          <SpeedDialList extension={id} />
        </Section>
      ))}
      {extensions.length === 0 && (
        <Text c="dimmed">
          <Trans>You have no extension yet. Contact your administrator.</Trans>
        </Text>
      )}
    </Page>
  );
}

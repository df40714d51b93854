import { Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { session } from '~/api/session';
import { useValue } from '~/core/store';
import { Page } from '~/design/Page';
import { Section } from '~/design/Section';

interface OwnExtensionsProps {
  title: string;
  /** The settings of one extension. */
  children: (extensionId: string) => ReactNode;
}

/** A page of the user's settings with a section for each of their extensions. */
export function OwnExtensions({ title, children }: OwnExtensionsProps) {
  const { t } = useLingui();
  const me = useValue(session, (each) => (each.state === 'in' ? each.me : undefined));
  const extensions = me?.extensions ?? [];
  return (
    <Page title={title} back="/settings">
      {extensions.map(({ id, number }) => (
        <Section key={id} title={t`Extension ${number}`}>
          {children(id)}
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

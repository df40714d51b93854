import { Button, Code, CopyButton, Group, Text } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { session } from '~/api/session';
import { useValue } from '~/core/store';
import { Section } from '~/design/Section';
import { useEditor } from '~/features/routing';
import { ApiKeyForm } from './ApiKeyForm';

/** Address and key for an identity provider that manages the accounts of the organisation (SCIM). */
export function Scim({ tenant }: { tenant?: string }) {
  const { t } = useLingui();
  const me = useValue(session, (each) => (each.state === 'in' ? each.me : undefined));
  const editor = useEditor({
    title: () => t`New API key`,
    form: (_, close) => (
      <ApiKeyForm
        role={me?.role ?? 'user'}
        tenant={tenant}
        preset={{ name: t`Identity provider`, scopes: ['scim'], days: '366' }}
        onClose={close}
      />
    ),
  });
  const address = `${window.location.origin}/scim/v2`;
  return (
    <Section
      title={t`Accounts from an identity provider`}
      lead={
        <Trans>
          By SCIM 2.0, a directory such as Microsoft Entra ID or Okta creates, changes and deactivates the accounts.
          Everyone still confirms age and terms at the first sign-in. Groups are not taken over.
        </Trans>
      }
    >
      <Text size="sm">
        <Trans>
          Enter this address and a key at the identity provider. The key ends with the account that creates it.
        </Trans>
      </Text>
      <Group>
        <Code>{address}</Code>
        <CopyButton value={address}>
          {({ copied, copy }) => (
            <Button size="xs" variant="default" aria-label={t`Copy the SCIM address`} onClick={copy}>
              {copied ? <Trans>Copied</Trans> : <Trans>Copy</Trans>}
            </Button>
          )}
        </CopyButton>
      </Group>
      {me?.tenant?.id === tenant && (
        <div>
          <Button
            size="md"
            variant="default"
            leftSection={<IconKey size={18} aria-hidden />}
            onClick={() => editor.open()}
          >
            <Trans>New key for SCIM</Trans>
          </Button>
        </div>
      )}
      {editor.drawer}
    </Section>
  );
}

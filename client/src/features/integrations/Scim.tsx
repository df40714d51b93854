import { Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { Section } from '~/design/Section';
import { ProgramAccess } from './ProgramAccess';

/** Address and key for an identity provider that manages the accounts of the organisation (SCIM). */
export function Scim({ tenant }: { tenant?: string }) {
  const { t } = useLingui();
  return (
    <Section
      title={t`Accounts from an identity provider`}
      lead={
        <Trans>
          By SCIM 2.0, a directory such as Microsoft Entra ID or Okta creates, changes and deactivates the accounts.
          Everyone still confirms age and terms at the first sign-in. Its groups change nothing until you choose their
          role on the page Roles.
        </Trans>
      }
    >
      <Text size="sm">
        <Trans>
          Enter this address and a key at the identity provider. The key ends with the account that creates it.
        </Trans>
      </Text>
      <ProgramAccess
        path="/scim/v2"
        tenant={tenant}
        preset={{ name: t`Identity provider`, scopes: ['scim'], days: '366' }}
        copyLabel={t`Copy the SCIM address`}
        keyLabel={t`New key for SCIM`}
      />
    </Section>
  );
}

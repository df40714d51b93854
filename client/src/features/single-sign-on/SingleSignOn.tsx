import { Code, List, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type SingleSignOnSetup } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { CopyableText } from '~/design/CopyableText';
import { ErrorBar } from '~/design/ErrorBar';
import { Page } from '~/design/Page';
import { Section } from '~/design/Section';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { ProviderForm } from './ProviderForm';
import { ProviderTest } from './ProviderTest';

const EXAMPLES = [
  ['Microsoft Entra ID', 'https://login.microsoftonline.com/TENANT-ID/v2.0'],
  ['Google Workspace', 'https://accounts.google.com'],
  ['Okta', 'https://COMPANY.okta.com'],
  ['Keycloak', 'https://HOST/realms/REALM'],
] as const;

/** Single sign-on of the organisation: set up, tested and removed. */
export default function SingleSignOn() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected);
  const { data, error, refetch } = useQuery({
    queryKey: ['single-sign-on', tenant?.id],
    queryFn: async () => (await api.showSingleSignOnSetup({ path: { tenant: tenant?.id ?? '' } })).data,
    enabled: tenant !== undefined,
  });
  return (
    <Page title={t`Single sign-on`} size="lg">
      <Text mb="md">
        <Trans>
          People sign in with the account that they have at your identity provider, by OpenID Connect. Passwords stay
          possible.
        </Trans>
      </Text>
      {tenant && data ? (
        <>
          <AtProvider setup={data} />
          <ProviderForm key={`${tenant.id} ${data.provider?.changed}`} tenant={tenant.id} provider={data.provider} />
          {data.provider && <ProviderTest key={`${tenant.id} ${data.provider.changed} test`} tenant={tenant.id} />}
          {data.provider && <ForPeople slug={tenant.slug} setup={data} />}
        </>
      ) : error ? (
        <ErrorBar fault={error} retry={() => void refetch()} />
      ) : (
        <SkeletonBlock height={320} />
      )}
    </Page>
  );
}

/** Steps at the provider, with the addresses to enter there. */
function AtProvider({ setup }: { setup: SingleSignOnSetup }) {
  const { t } = useLingui();
  return (
    <Section title={t`At the provider`}>
      <List type="ordered" size="sm" spacing="sm">
        <List.Item>
          <Trans>Register an application there: a web application that signs people in by OpenID Connect.</Trans>
        </List.Item>
        <List.Item>
          <Trans>Enter this address as its redirect address (redirect URI):</Trans>
          <CopyableText text={setup.redirect_uri} label={t`Copy the redirect address`} />
        </List.Item>
        <List.Item>
          <Trans>
            If it shall have a tile in the provider’s list of applications, enter this address for it (initiate login
            URI):
          </Trans>
          <CopyableText text={setup.initiate_login_uri} label={t`Copy the address of the tile`} />
        </List.Item>
        <List.Item>
          <Trans>Assign the people to it who may sign in.</Trans>
        </List.Item>
        <List.Item>
          <Trans>Copy its client ID and client secret, and enter them below with the address of the provider:</Trans>
          <List size="sm" listStyleType="none" pl={0}>
            {EXAMPLES.map(([name, address]) => (
              <List.Item key={name}>
                {name}: <Code style={{ overflowWrap: 'anywhere' }}>{address}</Code>
              </List.Item>
            ))}
          </List>
        </List.Item>
      </List>
    </Section>
  );
}

/** The address that people open. */
function ForPeople({ slug, setup }: { slug: string; setup: SingleSignOnSetup }) {
  const { t } = useLingui();
  const address = `${new URL(setup.initiate_login_uri).origin}/app/sign-in?tenant=${slug}`;
  return (
    <Section
      title={t`For your people`}
      lead={
        <Trans>
          At this address, the sign-in page shows the button of your organisation. Accounts are not created by it: add
          people first, or let the provider create them (Integrations, “Accounts from an identity provider”).
        </Trans>
      }
    >
      <CopyableText text={address} label={t`Copy the address of the sign-in page`} />
    </Section>
  );
}

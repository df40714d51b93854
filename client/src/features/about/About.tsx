import { Anchor, Badge, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconPackages, IconSearch } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useDeferredValue, useState } from 'react';
import components from 'virtual:components';
import { api } from '~/api';
import { session } from '~/api/session';
import { ExpandableRow } from '~/design/ExpandableRow';
import { Page } from '~/design/Page';
import { Rows } from '~/design/Rows';
import { Section } from '~/design/Section';
import { useValue } from '~/core/store';
import { version } from '../../../package.json';
import css from './about.module.css';
import { filterComponents } from './model';

/** Version, license, privacy and help; components on demand. Available without a session. */
export default function About() {
  const signedIn = useValue(session, (each) => each.state === 'in');
  return signedIn ? (
    <Body back="/settings" />
  ) : (
    <main id="main">
      <Body back="/sign-in" />
    </main>
  );
}

function Body({ back }: { back: '/settings' | '/sign-in' }) {
  const { t, i18n } = useLingui();
  const [open, setOpen] = useState(false);
  const count = components.length;
  const { data } = useQuery({ queryKey: ['health'], queryFn: async () => (await api.health()).data });
  const server = data?.version;
  return (
    <Page title={t`About UnifiCX`} back={back}>
      <Group mb="md" wrap="nowrap">
        <img src="/app/icon.svg" alt="" width={56} height={56} className={css.icon} />
        <div>
          <Text fw={600}>
            <Trans>Version {version}</Trans>
          </Text>
          <Text size="sm" c="dimmed">
            {server ? <Trans>Server version {server}</Trans> : <Trans>Server not reachable</Trans>}
          </Text>
        </div>
      </Group>
      <Section title={t`License`}>
        <Text>
          <Trans>
            UnifiCX is free software under the Apache License 2.0. You may use, study, modify and share it free of
            charge. It is provided as is, without warranty of any kind.
          </Trans>
        </Text>
      </Section>
      <Section title={t`Privacy`}>
        <Anchor href={`/privacy?lang=${i18n.locale}`} target="_blank" rel="noopener" py="xs">
          <Trans>Privacy policy</Trans>
        </Anchor>
        <Anchor href={`/terms?lang=${i18n.locale}`} target="_blank" rel="noopener" py="xs">
          <Trans>Terms of use</Trans>
        </Anchor>
      </Section>
      {back === '/settings' && (
        <Section title={t`Help`}>
          <Anchor renderRoot={(props) => <Link to="/self-test" {...props} />} py="xs">
            <Trans>Will my phone ring?</Trans>
          </Anchor>
          <Anchor renderRoot={(props) => <Link to="/diagnostics" {...props} />} py="xs">
            <Trans>Report a problem</Trans>
          </Anchor>
        </Section>
      )}
      <Rows>
        <ExpandableRow
          icon={<IconPackages size={22} aria-hidden />}
          title={t`Components`}
          details={[t`Versions and licenses of ${count} components`]}
          open={open}
          onToggle={() => setOpen(!open)}
        >
          <Components />
        </ExpandableRow>
      </Rows>
    </Page>
  );
}

function Components() {
  const { t } = useLingui();
  const [search, setSearch] = useState('');
  const found = filterComponents(components, useDeferredValue(search));
  const [count, all] = [found.length, components.length];
  return (
    <>
      <TextInput
        type="search"
        label={t`Search`}
        size="md"
        leftSection={<IconSearch size={18} aria-hidden />}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      <Text size="sm" c="dimmed" role="status">
        <Trans>
          {count} of {all}
        </Trans>
      </Text>
      <Stack component="ul" gap={0} className={css.components}>
        {found.map((each) => (
          <li key={`${each.side} ${each.name} ${each.version}`}>
            <span className={css.name} translate="no">
              {each.name}{' '}
              <Text component="span" size="sm" c="dimmed">
                {each.version}
              </Text>
            </span>
            <span className={css.tail}>
              <Text component="span" size="sm">
                {each.license || t`unknown license`}
              </Text>
              <Badge variant="light" tt="none" color={each.side === 'server' ? 'gray' : 'harbour'}>
                {each.side === 'server' ? t`Server` : t`Client`}
              </Badge>
            </span>
          </li>
        ))}
      </Stack>
    </>
  );
}

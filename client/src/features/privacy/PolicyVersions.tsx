import { Anchor, Badge, Group, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api } from '~/api';
import { formatDate } from '~/design/dates';
import { ErrorBar } from '~/design/ErrorBar';
import { Section } from '~/design/Section';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import type { Language } from './policy-state';
import { PrivacySection } from './PrivacySection';
import css from './privacy.module.css';

/** The versions of the privacy policy. */
export default function PolicyVersions() {
  const { t, i18n } = useLingui();
  const language = i18n.locale as Language;
  const versions = useQuery({
    queryKey: ['policy-versions'],
    queryFn: async () => (await api.listPolicyVersions()).data.items,
  });
  return (
    <PrivacySection>
      <Section
        title={t`Privacy policy`}
        lead={<Trans>People are told of each version. A significant one needs their consent first.</Trans>}
      >
        <ErrorBar fault={versions.error} retry={versions.refetch} />
        {versions.isPending && <SkeletonBlock height={160} />}
        {versions.data && (
          <Table aria-label={t`Versions`}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">
                  <Trans>In force since</Trans>
                </Table.Th>
                <Table.Th scope="col">
                  <Trans>Changes</Trans>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {versions.data.map((each) => (
                <Table.Tr key={each.version}>
                  <Table.Th scope="row" className={css.date}>
                    {formatDate(each.in_force)}
                  </Table.Th>
                  <Table.Td>
                    {each.summary[language]}{' '}
                    {each.significant && (
                      <Badge variant="light">
                        <Trans>Significant</Trans>
                      </Badge>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
        <Group gap="md">
          <Anchor href={`/privacy?lang=${language}`} target="_blank" rel="noopener" py="xs">
            <Trans>Open the policy</Trans>
          </Anchor>
          <Anchor href={`/privacy/versions?lang=${language}`} target="_blank" rel="noopener" py="xs">
            <Trans>Compare the versions</Trans>
          </Anchor>
        </Group>
      </Section>
    </PrivacySection>
  );
}

import { Skeleton, Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api } from '~/api';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { PrivacySection } from './PrivacySection';
import { RETENTION_CLASSES } from './retention-texts';

/** How long personal data is kept, by retention class. */
export default function Retention() {
  const { t } = useLingui();
  const map = useQuery({ queryKey: ['privacy-map'], queryFn: async () => (await api.showPrivacyMap()).data });
  const used = new Set(map.data?.held.map(({ retention }) => retention));
  const classes = Object.entries(RETENTION_CLASSES).filter(([name]) => used.has(name));
  return (
    <PrivacySection>
      <Section
        title={t`Retention`}
        lead={<Trans>How long personal data is kept. After that it is deleted without anybody having to act.</Trans>}
      >
        <ErrorNotice fault={map.error} />
        {map.isPending && <Skeleton h={240} aria-label={t`Loading`} />}
        {map.data && (
          <Table aria-label={t`Retention`}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th scope="col">
                  <Trans>Data</Trans>
                </Table.Th>
                <Table.Th scope="col">
                  <Trans>Kept</Trans>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {classes.map(([name, { title, period }]) => (
                <Table.Tr key={name}>
                  <Table.Th scope="row">{t(title)}</Table.Th>
                  <Table.Td>{t(period)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        )}
      </Section>
    </PrivacySection>
  );
}

import { Button, Group, List, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { IconDownload, IconShieldCheck } from '@tabler/icons-react';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { api, type AuditReport } from '~/api';
import { AlertNotice, ErrorNotice, InfoNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { download } from '~/design/table/csv';
import { exportedLines } from './audit-export';

/** Verification and export of the whole log. For operators. */
export function AuditChecks() {
  const { t } = useLingui();
  const verify = useMutation({ mutationFn: async () => (await api.verifyAuditLog()).data });
  const save = useMutation({
    mutationFn: async () => {
      const lines = await exportedLines(async (first) => (await api.exportAuditLog({ query: { first } })).data);
      download('audit-log.jsonl', lines, 'application/jsonl');
    },
  });
  return (
    <Section
      title={t`Proof of the whole log`}
      lead={
        <Trans>
          All entries of the installation, not only of this organisation. The file names no person; it is verified on
          any machine by unificx privacy log verify.
        </Trans>
      }
    >
      <ErrorNotice fault={verify.error ?? save.error} />
      <Group>
        <Button
          size="md"
          variant="default"
          leftSection={<IconShieldCheck size={18} aria-hidden />}
          loading={verify.isPending}
          onClick={() => verify.mutate()}
        >
          <Trans>Verify now</Trans>
        </Button>
        <Button
          size="md"
          variant="default"
          leftSection={<IconDownload size={18} aria-hidden />}
          loading={save.isPending}
          onClick={() => save.mutate()}
        >
          <Trans>Download the log</Trans>
        </Button>
      </Group>
      {verify.data && <Report report={verify.data} />}
    </Section>
  );
}

function Report({ report: { ok, entries, signed, erased, heads, fingerprints, faults } }: { report: AuditReport }) {
  const { t } = useLingui();
  const counts = (
    <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
      <Plural value={entries} one="The log has # entry." other="The log has # entries." />{' '}
      <Trans>
        In a signed head: {signed}. With an erased person: {erased}. Signed heads: {heads}.
      </Trans>{' '}
      <Trans>Signed by the key {fingerprints.join(', ')}.</Trans>
    </Text>
  );
  if (ok) return <InfoNotice title={t`The log is complete and unchanged`}>{counts}</InfoNotice>;
  return (
    <AlertNotice title={t`The log was changed`}>
      <List size="sm" aria-label={t`Faults`}>
        {faults.slice(0, 100).map(({ what, why }) => (
          <List.Item key={`${what} ${why}`}>
            {what}: {why}
          </List.Item>
        ))}
      </List>
      {counts}
    </AlertNotice>
  );
}

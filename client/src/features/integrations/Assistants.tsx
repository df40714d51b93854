import { Switch, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api } from '~/api';
import { replaceTenant, tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { confirmAction } from '~/design/Confirm';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { ProgramAccess } from './ProgramAccess';

/** Whether assistants may read for the users of the organisation (MCP), and the key of one. */
export function Assistants() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected);
  const change = useMutation({
    mutationFn: async (assistants: boolean) =>
      (await api.updateTenant({ path: { tenant: tenant?.id ?? '' }, body: { assistants } })).data,
    onSuccess: replaceTenant,
  });
  if (!tenant) return null;
  const allow = async () => {
    const confirmed = await confirmAction({
      title: t`Allow assistants?`,
      text: t`The provider of an assistant receives everything that the assistant reads: names, numbers, presence, and records of calls. The provider becomes a recipient of personal data. Conclude a data processing agreement with it, and name it in your privacy notice.`,
      confirmLabel: t`Allow`,
      cancelLabel: t`Cancel`,
      dangerous: false,
    });
    if (confirmed) change.mutate(true);
  };
  return (
    <Section
      title={t`Assistants`}
      lead={
        <Trans>
          With the Model Context Protocol, assistants find people, read call lists and count voicemail messages for a
          user. They only read, unless their key allows more, and never see contents of messages.
        </Trans>
      }
    >
      <ErrorNotice fault={change.error} />
      <Switch
        size="md"
        label={t`Allow assistants`}
        description={t`Off: the keys of all assistants are refused at once.`}
        checked={tenant.assistants}
        disabled={change.isPending}
        onChange={({ currentTarget }) => (currentTarget.checked ? void allow() : change.mutate(false))}
      />
      {tenant.assistants && (
        <>
          <Text size="sm">
            <Trans>Enter this address and a key in the assistant. Users create keys for their own assistants.</Trans>
          </Text>
          <ProgramAccess
            path="/mcp"
            tenant={tenant.id}
            preset={{ name: t`Assistant`, scopes: ['assistant', 'own', 'directory:read'], days: '90' }}
            copyLabel={t`Copy the address for assistants`}
            keyLabel={t`New key for an assistant`}
          />
        </>
      )}
    </Section>
  );
}

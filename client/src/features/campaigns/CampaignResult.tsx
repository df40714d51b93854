import { Button, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type Campaign } from '~/api';
import { useChanges } from '~/design/changes';
import { confirmAction } from '~/design/Confirm';
import { DrawerFooter } from '~/design/Drawer';
import { formatDateTime } from '~/design/dates';
import { POLL_INTERVAL_MS } from '~/design/lists';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { CampaignTexts } from './CampaignTexts';

interface CampaignResultProps {
  campaign: Campaign;
  tenant?: string;
  onClose: () => void;
}

/** A campaign that was sent: what has become of its e-mails until now, and its texts. */
export function CampaignResult({ campaign, tenant, onClose }: CampaignResultProps) {
  const { t } = useLingui();
  const { data, error, refetch } = useQuery({
    queryKey: ['campaign', campaign.id],
    queryFn: async () => (await api.showCampaign({ path: { campaign: campaign.id }, query: { tenant } })).data,
    initialData: campaign,
    refetchInterval: ({ state }) => (state.data?.progress.waiting ? POLL_INTERVAL_MS : false),
  });
  const { id, sent, recipients, progress, texts } = data;
  const changes = useChanges(['campaigns']);
  const remove = async () => {
    const waits = progress.waiting > 0;
    const confirmed = await confirmAction({
      title: waits ? t`End this campaign?` : t`Delete this campaign?`,
      text: waits
        ? t`E-mails that wait are not sent. Those that have left cannot be taken back. The numbers are deleted.`
        : t`Its texts and numbers are deleted. E-mails that have left cannot be taken back.`,
      confirmLabel: waits ? t`End` : t`Delete`,
      cancelLabel: t`Cancel`,
    });
    if (confirmed)
      changes.mutate(
        {
          apply: () => api.deleteCampaign({ path: { campaign: id }, query: { tenant } }),
          message: t`The campaign is deleted.`,
        },
        { onSuccess: onClose },
      );
  };
  const rows: [string, number][] = [
    [t`Recipients`, recipients],
    [t`Waiting`, progress.waiting],
    [t`Accepted by the mail server`, progress.delivered],
    [t`Not delivered`, progress.failed],
    [t`Called spam`, progress.complained],
    [t`Unsubscribed`, progress.unsubscribed],
  ];
  const at = sent && formatDateTime(sent);
  return (
    <Stack style={{ flex: 1 }}>
      <ErrorBar fault={error} retry={refetch} />
      <ErrorNotice fault={changes.error} />
      <Text size="sm">
        <Trans>Sent: {at}</Trans>
      </Text>
      <Table>
        <Table.Tbody>
          {rows.map(([label, value]) => (
            <Table.Tr key={label}>
              <Table.Th scope="row">{label}</Table.Th>
              <Table.Td ta="end">{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text size="sm" c="dimmed">
        <Trans>
          Recipients who withdraw their consent before their e-mail leaves get none. Returned e-mails, complaints and
          people who unsubscribe count for seven days. You see numbers, not people.
        </Trans>
      </Text>
      <CampaignTexts texts={texts} />
      <DrawerFooter>
        <Button
          variant="subtle"
          color="red"
          size="md"
          me="auto"
          loading={changes.isPending}
          onClick={() => void remove()}
        >
          {progress.waiting > 0 ? <Trans>End the campaign</Trans> : <Trans>Delete</Trans>}
        </Button>
      </DrawerFooter>
    </Stack>
  );
}

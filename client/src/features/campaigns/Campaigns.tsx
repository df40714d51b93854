import { Badge, Button } from '@mantine/core';
import { IconPlus, IconSpeakerphone } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { api, type Campaign, type CampaignAudience } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { useChanges } from '~/design/changes';
import { confirmAction } from '~/design/Confirm';
import { formatDateTime } from '~/design/dates';
import { EmptyState } from '~/design/EmptyState';
import { hasTools, POLL_INTERVAL_MS, usePages } from '~/design/lists';
import { ErrorNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { Section } from '~/design/Section';
import { DataTable, type Column } from '~/design/table';
import { useEditor } from '~/features/routing';
import { Audience } from './Audience';
import { CampaignForm } from './CampaignForm';
import { CampaignResult } from './CampaignResult';
import { subjectOf } from './model';

/** Campaigns of the organisation: advertising to people who have agreed to it. */
export default function Campaigns() {
  const { t, i18n } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const list = usePages<Campaign>(['campaigns', tenant], () => api.listCampaigns({ query: { tenant } }), {
    pollMs: POLL_INTERVAL_MS,
  });
  const audience = useQuery({
    queryKey: ['campaigns', tenant, 'audience'],
    queryFn: async () => (await api.showCampaignAudience({ query: { tenant } })).data,
  });
  const changes = useChanges(['campaigns']);
  const subject = (campaign: Campaign) => subjectOf(campaign, i18n.locale);
  const editor = useEditor<Campaign>({
    title: (campaign) => (campaign ? subject(campaign) : t`New campaign`),
    form: (opened, close) => {
      const campaign = list.items.find(({ id }) => id === opened?.id) ?? opened;
      return campaign?.sent ? (
        <CampaignResult campaign={campaign} tenant={tenant} onClose={close} />
      ) : (
        <CampaignForm campaign={campaign} tenant={tenant} onClose={close} />
      );
    },
  });
  const send = async (campaign: Campaign, { recipients }: CampaignAudience) => {
    const confirmed = await confirmAction({
      title: t`Send “${subject(campaign)}”?`,
      text: (
        <Trans>
          <Plural
            value={recipients}
            one="# person who agrees to advertising gets this e-mail."
            other="# people who agree to advertising get this e-mail."
          />{' '}
          Two e-mails leave each second; those that have left cannot be taken back. The text can no longer be changed.
          At most three campaigns a day are sent.
        </Trans>
      ),
      confirmLabel: t`Send`,
      cancelLabel: t`Cancel`,
      dangerous: false,
    });
    if (confirmed)
      changes.mutate({
        apply: () => api.sendCampaign({ path: { campaign: campaign.id }, query: { tenant } }),
        message: t`The e-mails are on their way.`,
      });
  };
  const columns = useColumns();
  const add = (
    <Button size="md" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => editor.open()}>
      <Trans>New campaign</Trans>
    </Button>
  );
  const ready = audience.data && !audience.data.obstacle && audience.data.recipients > 0 ? audience.data : undefined;
  return (
    <Page title={t`Campaigns`} size="xl">
      <Audience audience={audience} />
      <Section
        title={t`E-mails to people who agree to advertising`}
        lead={<Trans>Each e-mail has a link that ends this with one click, without signing in.</Trans>}
      >
        <ErrorNotice fault={changes.error} />
        <DataTable<Campaign>
          label={t`Campaigns`}
          list={list}
          columns={columns}
          tools={hasTools(list) && add}
          onOpen={editor.open}
          actions={(campaign) =>
            !campaign.sent && (
              <Button
                size="xs"
                variant="default"
                aria-label={t`Send: ${subject(campaign)}`}
                disabled={!ready || changes.isPending}
                onClick={() => ready && void send(campaign, ready)}
              >
                <Trans>Send</Trans>
              </Button>
            )
          }
          empty={
            <EmptyState
              icon={IconSpeakerphone}
              text={<Trans>No campaign yet. A draft is sent only when you say so.</Trans>}
              action={add}
            />
          }
        />
        {editor.drawer}
      </Section>
    </Page>
  );
}

function useColumns(): Column<Campaign>[] {
  const { t, i18n } = useLingui();
  const state = ({ sent, progress }: Campaign) => (!sent ? t`Draft` : progress.waiting > 0 ? t`Being sent` : t`Sent`);
  const count = (title: string, value: (campaign: Campaign) => number): Column<Campaign> => ({
    title,
    numeric: true,
    value,
    render: (campaign) => (campaign.sent ? value(campaign) : ''),
  });
  return [
    {
      title: t`Subject`,
      value: (campaign) => subjectOf(campaign, i18n.locale),
      render: (campaign) => <bdi>{subjectOf(campaign, i18n.locale)}</bdi>,
    },
    {
      title: t`State`,
      card: 'aside',
      value: state,
      render: (campaign) => (
        <Badge
          variant="dot"
          miw="max-content"
          color={!campaign.sent ? 'gray' : campaign.progress.waiting > 0 ? 'yellow' : 'teal'}
        >
          {state(campaign)}
        </Badge>
      ),
    },
    {
      title: t`Time`,
      value: ({ sent, created }) => sent ?? created,
      render: ({ sent, created }) => formatDateTime(sent ?? created),
    },
    count(t`Recipients`, ({ recipients }) => recipients),
    count(t`Accepted`, ({ progress }) => progress.delivered),
    count(t`Not delivered`, ({ progress }) => progress.failed),
    count(t`Unsubscribed`, ({ progress }) => progress.unsubscribed),
  ];
}

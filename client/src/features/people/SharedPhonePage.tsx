import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useNavigate, useParams } from '@tanstack/react-router';
import { api } from '~/api';
import { useMay } from '~/api/session';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { confirmAction } from '~/design/Confirm';
import { fetchAll, MAX_PAGE_SIZE } from '~/core/pagination';
import { POLL_INTERVAL_MS } from '~/design/lists';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { Page } from '~/design/Page';
import { Section } from '~/design/Section';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { ForwardingBody } from '~/features/forwarding';
import { CallingRights } from '~/features/protection';
import { ExtensionRecordingSelect } from '~/features/recordings';
import { MailboxBody } from '~/features/voicemail';
import { usePeopleChanges } from './changes';
import { PersonCalls } from './PersonCalls';
import { NumberSection } from './PersonOverview';
import { Phones } from './Phones';

/** A number without a person, such as that of a phone in the lobby. */
export default function SharedPhonePage() {
  const { t } = useLingui();
  const { id } = useParams({ strict: false }) as { id: string };
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const may = useMay();
  const changes = usePeopleChanges();
  const navigate = useNavigate();
  const { data, error, refetch } = useQuery({
    queryKey: ['person', tenant, 'shared', id],
    queryFn: async () => {
      const [{ data: extension }, devices] = await Promise.all([
        api.showExtension({ path: { extension: id }, query: { tenant } }),
        fetchAll((cursor) => api.listDevices({ query: { tenant, extension: id, cursor, limit: MAX_PAGE_SIZE } })),
      ]);
      return { ...extension, devices };
    },
    refetchInterval: POLL_INTERVAL_MS,
  });

  async function remove(number: string) {
    const confirmed = await confirmAction({
      title: t`Delete extension ${number}?`,
      text: t`Its phones stop working immediately. The call history is kept.`,
      confirmLabel: t`Delete`,
      cancelLabel: t`Cancel`,
    });
    if (!confirmed) return;
    changes.mutate(
      {
        apply: () => api.deleteExtension({ path: { extension: id }, query: { tenant } }),
        message: t`The number ${number} is deleted.`,
      },
      { onSuccess: () => void navigate({ to: '/people' as string }) },
    );
  }

  return (
    <Page
      title={data?.name ?? t`Shared phone`}
      back="/people"
      size="xl"
      actions={
        data &&
        may('people_change') && (
          <Button variant="default" onClick={() => void remove(data.number)}>
            <Trans>Delete</Trans>
          </Button>
        )
      }
    >
      <ErrorBar fault={error} retry={refetch} />
      <ErrorNotice fault={changes.error} />
      {!data && !error && <SkeletonBlock height={240} />}
      {data && (
        <>
          <NumberSection extension={data} tenant={tenant} />
          <Phones extension={data} tenant={tenant} sharable />
          <Section title={t`Forwarding of ${data.number}`}>
            <ForwardingBody extension={id} tenant={tenant} changeable={may('people_change')} />
          </Section>
          <CallingRights extension={data.number} tenant={tenant} />
          {may('history_read') && <PersonCalls extension={data} tenant={tenant} />}
          {may('recordings_change') && (
            <>
              <Section title={t`Mailbox ${data.number}`}>
                <MailboxBody extension={id} tenant={tenant} />
              </Section>
              <Section title={t`Recording`}>
                <ExtensionRecordingSelect extension={id} tenant={tenant} />
              </Section>
            </>
          )}
        </>
      )}
    </Page>
  );
}

import { MultiSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { joined } from '~/core/bidi';
import { api } from '~/api';
import { useChanges } from '~/design/changes';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { matchesSearch } from '~/design/table';
import { useExtensions } from '~/features/extensions';
import { updatingChange } from '~/features/routing';

/** The people who are notified of emergency calls and of stopped calls. */
export function Alerted({ tenant }: { tenant?: string }) {
  const { t } = useLingui();
  const status = useQuery({
    queryKey: ['fraud', tenant],
    queryFn: async () => (await api.showFraudStatus({ query: { tenant } })).data,
  });
  const changes = useChanges(['fraud']);
  const extensions = useExtensions(tenant).items;
  const people = new Map(
    extensions.flatMap(({ person_id, name, number }) => (person_id ? [[person_id, joined(name, number)]] : [])),
  );
  const alerted = status.data?.policy.alerted ?? [];
  const save = (after: string[]) => {
    const message = t`The people to be alerted are changed.`;
    const { version } = status.data?.policy ?? {};
    changes.mutate(
      updatingChange({ version, before: { alerted }, after: { alerted: after }, message }, (body, headers) =>
        api.changeCallingPolicy({ query: { tenant }, body, headers }),
      ),
    );
  };
  return (
    <Section
      title={t`Alerts`}
      lead={
        <Trans>
          They get a push message, an e-mail and a notice in the app when an emergency number is called, with the place,
          and learn whether the call was answered.
        </Trans>
      }
    >
      <ErrorBar fault={status.error} retry={status.refetch} />
      <ErrorNotice fault={changes.error} />
      <MultiSelect
        size="md"
        label={t`People who are alerted`}
        searchable
        limit={200}
        maxValues={20}
        nothingFoundMessage={t`No match`}
        clearButtonProps={{ 'aria-label': t`Remove all` }}
        readOnly={changes.isPending || !status.data}
        data={[...people].map(([value, label]) => ({ value, label }))}
        filter={({ options, search }) =>
          options.filter((each) => 'value' in each && matchesSearch(search, [each.label]))
        }
        value={alerted}
        onChange={save}
      />
    </Section>
  );
}

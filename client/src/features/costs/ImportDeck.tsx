import { Button, FileInput, Group, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { api, type RateDeckImport, type Simulation } from '~/api';
import { toast } from '~/core/toasts';
import { Drawer } from '~/design/Drawer';
import { useFormErrors } from '~/design/forms';
import { formatAmount } from '~/design/money';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { download } from '~/design/table';
import { monthOf } from './model';

interface ImportDeckProps {
  opened: boolean;
  onClose: () => void;
  tenant?: string;
}

interface Preview {
  id: string;
  result: RateDeckImport;
  /** Costs that the calls of the last month would have had. */
  simulation?: Simulation;
}

const EXAMPLE = '\uFEFFprefix,price,first,next,name,group\r\n49,0.012,60,1,Germany,fixed\r\n';

/** Drawer that imports a rate deck from a CSV file: first as a draft, with a preview, then it is started. */
export function ImportDeck({ opened, onClose, tenant }: ImportDeckProps) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const form = useForm({
    initialValues: { name: '', currency: 'EUR', file: null as File | null },
    validate: {
      name: (value) => (value.trim() ? null : t`Enter a name.`),
      currency: (value) => (/^[A-Z]{3}$/.test(value) ? null : t`Use three capital letters, such as EUR.`),
      file: (value) => (value ? null : t`Choose a CSV file.`),
    },
  });
  const refresh = () => queries.invalidateQueries({ queryKey: ['rate-decks'] });
  const check = useMutation({
    mutationFn: async ({ name, currency, file }: typeof form.values): Promise<Preview> => {
      const { id } = (await api.createRateDeck({ query: { tenant }, body: { name, currency } })).data;
      const path = { deck: id };
      const removeDraft = () => api.deleteRateDeck({ path, query: { tenant } });
      const upload = api.importRates({ path, query: { tenant }, body: file as File });
      const result = await upload.then(
        ({ data }) => data,
        async (fault: unknown) => {
          await removeDraft();
          throw fault;
        },
      );
      if (result.faults.length > 0) {
        await removeDraft();
        return { id, result };
      }
      const query = { tenant, ...monthOf('last', new Date()) };
      return { id, result, simulation: (await api.simulateRateDeck({ path, query })).data };
    },
    onSettled: refresh,
  });
  const start = useMutation({
    mutationFn: (id: string) => api.startRateDeck({ path: { deck: id }, query: { tenant }, body: {} }),
    onSuccess: () => {
      toast({ message: t`${form.values.name} is in force.` });
      close();
    },
    onSettled: refresh,
  });
  function close() {
    onClose();
    form.reset();
    check.reset();
    start.reset();
  }
  const { element, fail, fault } = useFormErrors(form, check.error ?? start.error);
  const preview = check.data;
  const draft = preview && preview.result.faults.length === 0 ? preview.id : undefined;
  return (
    <Drawer
      opened={opened}
      onClose={close}
      title={t`Import rate deck`}
      footer={
        <Group justify="flex-end">
          {draft ? (
            <>
              <Button size="md" variant="default" onClick={close}>
                <Trans>Keep as draft</Trans>
              </Button>
              <Button size="md" loading={start.isPending} onClick={() => start.mutate(draft)}>
                <Trans>Start now</Trans>
              </Button>
            </>
          ) : (
            <Button size="md" type="submit" form="import-deck" loading={check.isPending}>
              <Trans>Check the file</Trans>
            </Button>
          )}
        </Group>
      }
    >
      <form ref={element} id="import-deck" onSubmit={form.onSubmit((values) => check.mutate(values), fail)} noValidate>
        <Stack>
          <Text size="sm">
            <Trans>
              A CSV file with the columns prefix and price per minute, and if you like first, next, connection, minimum,
              valid_from, valid_until, name and group.
            </Trans>
          </Text>
          <Button variant="default" size="md" onClick={() => download(`${t`Rate deck`}.csv`, EXAMPLE)}>
            <Trans>Download an example</Trans>
          </Button>
          <TextInput size="md" label={t`Name`} maxLength={60} disabled={!!draft} {...form.getInputProps('name')} />
          <TextInput
            size="md"
            label={t`Currency`}
            maxLength={3}
            disabled={!!draft}
            {...form.getInputProps('currency')}
          />
          <FileInput
            size="md"
            label={t`File`}
            placeholder={t`Choose a CSV file`}
            accept=".csv,text/csv,text/plain"
            disabled={!!draft}
            {...form.getInputProps('file')}
          />
          <ErrorNotice fault={fault} />
          {preview && <PreviewNotice {...preview} />}
        </Stack>
      </form>
    </Drawer>
  );
}

function PreviewNotice({ result, simulation }: Omit<Preview, 'id'>) {
  const { t, i18n } = useLingui();
  if (result.faults.length > 0)
    return (
      <Stack gap="xs" role="alert">
        <Text c="var(--mantine-color-error)">
          <Trans>Nothing was imported: these lines have faults.</Trans>
        </Text>
        {result.faults.map(({ line, problem }) => (
          <Text key={line} size="sm" style={{ overflowWrap: 'anywhere' }}>
            <Trans>
              Line {line}: {problem}
            </Trans>
          </Text>
        ))}
      </Stack>
    );
  const changes = result.changes;
  return (
    <InfoNotice title={t`Not in force yet`}>
      <Plural value={result.rates} one="# rate was read." other="# rates were read." />{' '}
      {changes && (
        <Trans>
          Compared with the deck in force: {changes.added} new, {changes.changed} changed, {changes.removed} removed.
        </Trans>
      )}{' '}
      {simulation && simulation.calls > 0 && (
        <Trans>
          <Plural value={simulation.calls} one="The call" other="The # calls" /> of the last month would have cost{' '}
          {formatAmount(simulation.amount, simulation.currency, i18n.locale)} instead of{' '}
          {formatAmount(simulation.amount_before, simulation.currency, i18n.locale)}.
        </Trans>
      )}
    </InfoNotice>
  );
}

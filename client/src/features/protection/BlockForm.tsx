import { Select, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useLingui } from '@lingui/react/macro';
import { api, type NewBlock } from '~/api';
import { EditForm, savingChange } from '~/features/routing';

type BlockValues = Required<Pick<NewBlock, 'number' | 'direction' | 'list' | 'note'>>;

/** Adds an entry to the list of the organisation. */
export function BlockForm({ tenant, onClose }: { tenant?: string; onClose: () => void }) {
  const { t } = useLingui();
  const query = { tenant };
  const before: BlockValues = { number: '', direction: 'in', list: 'block', note: '' };
  const form = useForm<BlockValues>({
    initialValues: before,
    validate: { number: (value) => (value.trim() ? null : t`Enter a number.`) },
  });
  return (
    <EditForm
      form={form}
      affected={['blocks']}
      tenant={tenant}
      onClose={onClose}
      change={(after) =>
        savingChange(
          { before, after, message: t`${after.number} is on the list.` },
          {
            create: (body) => api.createBlock({ query, body }),
            update: () => Promise.resolve(),
            remove: (id) => api.deleteBlock({ path: { block: id }, query }),
          },
        )
      }
    >
      <TextInput
        size="md"
        label={t`Number`}
        description={t`In international form; a dot at the end stands for all numbers that begin so.`}
        placeholder="+49900."
        required
        autoComplete="off"
        {...form.getInputProps('number')}
      />
      <Select
        size="md"
        label={t`Effect`}
        allowDeselect={false}
        data={[
          { value: 'block', label: t`Block` },
          { value: 'allow', label: t`Always allow` },
        ]}
        {...form.getInputProps('list')}
      />
      <Select
        size="md"
        label={t`Calls`}
        allowDeselect={false}
        data={[
          { value: 'in', label: t`Incoming calls` },
          { value: 'out', label: t`Outgoing calls` },
        ]}
        {...form.getInputProps('direction')}
      />
      <TextInput size="md" label={t`Note`} dir="auto" autoComplete="off" {...form.getInputProps('note')} />
    </EditForm>
  );
}

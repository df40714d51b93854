import { NumberInput, Select, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useLingui } from '@lingui/react/macro';
import { useFieldChecks } from '~/design/useFieldChecks';
import { api, type Group, type NewGroup } from '~/api';
import {
  type Condition,
  conditionOf,
  DestinationPicker,
  EditForm,
  freeNumber,
  isComplete,
  NumberedFields,
  savingChange,
  useTargets,
} from '~/features/routing';
import { ShownNumber } from '~/features/numbers';
import { Members } from './Members';
import { allMembers, groupBody, groupValues } from './model';
import { STRATEGIES } from './strategies';

const FIRST_NUMBER = 6000;

interface GroupFormProps {
  group?: Group;
  tenant?: string;
  onClose: () => void;
}

/** Creates or changes a ring group. */
export function GroupForm({ group, tenant, onClose }: GroupFormProps) {
  const { t } = useLingui();
  const targets = useTargets(tenant);
  const checks = useFieldChecks();
  const initialValues = groupValues(group, freeNumber(FIRST_NUMBER, targets));
  const form = useForm({
    initialValues,
    validate: {
      number: checks.number,
      name: checks.name,
      members: (value) => (allMembers(value).length > 0 ? null : t`Choose at least one member.`),
      ring_seconds: (value) => (value >= 5 && value <= 300 ? null : t`Enter 5 to 300 seconds.`),
      otherwise: (value) => (isComplete(value) ? null : t`Choose a destination.`),
    },
  });
  const { strategy } = form.values;
  const query = { tenant };
  const remove = (id: string, headers: Condition | undefined) =>
    api.deleteGroup({ path: { group: id }, query, headers });
  const name = form.values.name.trim();
  return (
    <EditForm
      form={form}
      tenant={tenant}
      affected={['groups']}
      onClose={onClose}
      change={(values) =>
        savingChange<NewGroup>(
          {
            id: group?.id,
            version: group?.version,
            before: groupBody(form.getInitialValues()),
            after: groupBody(values),
            message: t`The ring group ${name} is saved.`,
          },
          {
            create: (body) => api.createGroup({ query, body }),
            update: (id, body, headers) => api.updateGroup({ path: { group: id }, query, body, headers }),
            remove,
          },
        )
      }
      removal={
        group && {
          title: t`Delete ring group ${group.name}?`,
          text: t`Calls to ${group.number} are rejected from then on.`,
          change: {
            apply: () => remove(group.id, conditionOf(group.version)),
            message: t`The ring group ${group.name} is deleted.`,
          },
        }
      }
    >
      <NumberedFields form={form} exists={Boolean(group)} />
      <Select
        size="md"
        label={t`Strategy`}
        description={t(STRATEGIES[strategy].explanation)}
        allowDeselect={false}
        data={Object.entries(STRATEGIES).map(([value, { title }]) => ({ value, label: t(title) }))}
        {...form.getInputProps('strategy')}
      />
      <Members
        tenant={tenant}
        together={strategy === 'all'}
        {...form.getInputProps('members')}
        value={form.values.members}
      />
      <NumberInput
        size="md"
        label={strategy === 'all' ? t`Ring time (seconds)` : t`Ring time of each step (seconds)`}
        min={5}
        max={300}
        required
        {...form.getInputProps('ring_seconds')}
      />
      <TextInput
        size="md"
        label={t`Caller name prefix`}
        description={t`Phones show it before the name of the caller.`}
        placeholder={t`Sales: `}
        maxLength={20}
        {...form.getInputProps('name_prefix')}
      />
      <DestinationPicker
        label={t`If no member answers`}
        tenant={tenant}
        own={group && `group:${group.number}`}
        {...form.getInputProps('otherwise')}
        value={form.values.otherwise}
      />
      {group && (
        <ShownNumber
          owner={`group:${group.number}`}
          description={t`For its callbacks and forwarded calls. A choice applies at once.`}
          tenant={tenant}
        />
      )}
    </EditForm>
  );
}

import { Select } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useLingui } from '@lingui/react/macro';
import { useFieldChecks } from '~/design/useFieldChecks';
import { api, type NewQueue, type Queue } from '~/api';
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
import { Agents } from './Agents';
import { queueBody, queueValues, type QueueValues } from './model';
import { AgentSettings, AnnouncementSettings, WaitingSettings } from './QueueSettings';
import { STRATEGIES } from './texts';

const FIRST_NUMBER = 6500;

interface QueueFormProps {
  queue?: Queue;
  tenant?: string;
  onClose: () => void;
}

/** Creates or changes a queue. */
export function QueueForm({ queue, tenant, onClose }: QueueFormProps) {
  const { t } = useLingui();
  const targets = useTargets(tenant);
  const checks = useFieldChecks();
  const interval = (value: number) => (value === 0 || value >= 15 ? null : t`Enter 0 or at least 15 seconds.`);
  const form = useForm<QueueValues>({
    initialValues: queueValues(queue, freeNumber(FIRST_NUMBER, targets)),
    validate: {
      number: checks.number,
      name: checks.name,
      announce_every: interval,
      prompt_every: interval,
      otherwise: (value) => (value === '' || isComplete(value) ? null : t`Choose a destination.`),
    },
  });
  const query = { tenant };
  const name = form.values.name.trim();
  const remove = (id: string, headers: Condition | undefined) =>
    api.deleteQueue({ path: { queue: id }, query, headers });
  return (
    <EditForm
      form={form}
      tenant={tenant}
      affected={['queues']}
      onClose={onClose}
      change={(values) =>
        savingChange<NewQueue>(
          {
            id: queue?.id,
            version: queue?.version,
            before: queueBody(form.getInitialValues()),
            after: queueBody(values),
            message: t`The queue ${name} is saved.`,
          },
          {
            create: (body) => api.createQueue({ query, body }),
            update: (id, body, headers) => api.updateQueue({ path: { queue: id }, query, body, headers }),
            remove,
          },
        )
      }
      removal={
        queue && {
          title: t`Delete queue ${queue.name}?`,
          text: t`Its history and figures are deleted too. Waiting callers leave the queue.`,
          change: {
            apply: () => remove(queue.id, conditionOf(queue.version)),
            message: t`The queue ${queue.name} is deleted.`,
          },
        }
      }
    >
      <NumberedFields form={form} exists={Boolean(queue)} />
      <Select
        size="md"
        label={t`Strategy`}
        description={t(STRATEGIES[form.values.strategy].explanation)}
        allowDeselect={false}
        data={Object.entries(STRATEGIES).map(([value, { title }]) => ({ value, label: t(title) }))}
        {...form.getInputProps('strategy')}
      />
      <Agents tenant={tenant} {...form.getInputProps('agents')} value={form.values.agents} />
      <AgentSettings form={form} />
      <WaitingSettings form={form} />
      <DestinationPicker
        label={t`Where callers go then`}
        description={t`After the maximum wait, from a full queue, and while no agent takes calls.`}
        tenant={tenant}
        own={queue && `queue:${queue.number}`}
        none={t`Announcement, then hang up`}
        {...form.getInputProps('otherwise')}
        value={form.values.otherwise}
      />
      {queue && (
        <ShownNumber
          owner={`queue:${queue.number}`}
          description={t`For its callbacks and forwarded calls. A choice applies at once.`}
          tenant={tenant}
        />
      )}
      <AnnouncementSettings form={form} />
    </EditForm>
  );
}

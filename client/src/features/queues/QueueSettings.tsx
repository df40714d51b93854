import { Fieldset, NumberInput, Select, Stack, Switch } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useLingui } from '@lingui/react/macro';
import type { QueueValues } from './model';
import { EMPTY_RULES } from './texts';

interface SettingsProps {
  form: UseFormReturnType<QueueValues>;
}

type Figure = { [K in keyof QueueValues]: QueueValues[K] extends number ? K : never }[keyof QueueValues];

interface FigureInputProps extends SettingsProps {
  field: Figure;
  label: string;
  description?: string;
  min: number;
  max: number;
}

function FigureInput({ form, field, ...props }: FigureInputProps) {
  return (
    <NumberInput
      size="md"
      clampBehavior="blur"
      allowDecimal={false}
      required
      {...props}
      {...form.getInputProps(field)}
      onChange={(value) => form.setFieldValue(field, Number(value))}
    />
  );
}

/** How long agents ring and rest. */
export function AgentSettings({ form }: SettingsProps) {
  const { t } = useLingui();
  return (
    <Fieldset legend={t`Calls of an agent`}>
      <Stack gap="sm">
        <FigureInput form={form} field="ring_seconds" label={t`Ring time (seconds)`} min={5} max={120} />
        <FigureInput
          form={form}
          field="wrap_up"
          label={t`Wrap-up time (seconds)`}
          description={t`Between two calls, for notes.`}
          min={0}
          max={600}
        />
        <FigureInput
          form={form}
          field="max_missed"
          label={t`Pause after missed calls`}
          description={t`So many in a row; 0: never.`}
          min={0}
          max={20}
        />
        <Switch
          size="md"
          label={t`Record calls`}
          description={t`If the organisation allows it. Both sides are informed.`}
          {...form.getInputProps('recorded', { type: 'checkbox' })}
        />
      </Stack>
    </Fieldset>
  );
}

/** How long and how many callers wait. */
export function WaitingSettings({ form }: SettingsProps) {
  const { t } = useLingui();
  const rules = Object.entries(EMPTY_RULES).map(([value, text]) => ({ value, label: t(text) }));
  return (
    <Fieldset legend={t`Waiting callers`}>
      <Stack gap="sm">
        <FigureInput
          form={form}
          field="max_wait"
          label={t`Maximum wait (seconds)`}
          description={t`0: no limit.`}
          min={0}
          max={86_400}
        />
        <FigureInput form={form} field="max_length" label={t`Maximum number of waiting callers`} min={1} max={500} />
        <Select
          size="md"
          label={t`While no agent is signed in`}
          allowDeselect={false}
          data={rules}
          {...form.getInputProps('when_no_agents')}
        />
        <Select
          size="md"
          label={t`While all agents are paused`}
          allowDeselect={false}
          data={rules}
          {...form.getInputProps('when_all_paused')}
        />
        <FigureInput
          form={form}
          field="answer_within"
          label={t`Target time to answer (seconds)`}
          description={t`The service level is the share of calls answered within it.`}
          min={1}
          max={600}
        />
      </Stack>
    </Fieldset>
  );
}

/** Announcements to waiting callers, and the offer of a callback. */
export function AnnouncementSettings({ form }: SettingsProps) {
  const { t } = useLingui();
  const silent = form.values.announce_every === 0;
  return (
    <Fieldset legend={t`Announcements`}>
      <Stack gap="sm">
        <FigureInput
          form={form}
          field="announce_every"
          label={t`Interval of announcements (seconds)`}
          description={t`0: no announcements.`}
          min={0}
          max={600}
        />
        <Switch
          size="md"
          label={t`Say the position`}
          disabled={silent}
          {...form.getInputProps('announce_position', { type: 'checkbox' })}
        />
        <Switch
          size="md"
          label={t`Say the expected wait`}
          disabled={silent}
          {...form.getInputProps('announce_wait', { type: 'checkbox' })}
        />
        <FigureInput
          form={form}
          field="callback_after"
          label={t`Offer a callback after (seconds)`}
          description={t`Callers keep their place and are called back. 0: never.`}
          min={0}
          max={3600}
        />
        <FigureInput
          form={form}
          field="prompt_every"
          label={t`Ask to hold the line every (seconds)`}
          description={t`0: never.`}
          min={0}
          max={600}
        />
      </Stack>
    </Fieldset>
  );
}

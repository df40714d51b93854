import { NumberInput, Select, Switch } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type ExtensionRecording, type RecordingSettings } from '~/api';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { ExtensionSelect } from '~/features/extensions';

interface TenantRecordingPolicyProps {
  tenant?: string;
  settings: RecordingSettings;
  /** Query key of the settings. */
  settingsKey: readonly unknown[];
}

/** Recording policy of the tenant. Changes apply at once. */
export function TenantRecordingPolicy({ tenant, settings, settingsKey }: TenantRecordingPolicyProps) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: async (body: Partial<RecordingSettings>) =>
      (await api.changeRecordingSettings({ query: { tenant }, body })).data,
    onSuccess: (saved) => {
      queries.setQueryData(settingsKey, saved);
      void queries.invalidateQueries({ queryKey: ['recordings', tenant] });
    },
  });
  const shown = { ...settings, ...(change.isPending && change.variables) };
  return (
    <Section title={t`For everybody`}>
      <ErrorNotice fault={change.error} />
      <Select
        label={t`Recording calls`}
        description={t`Everybody in a call is told before its first word is kept.`}
        allowDeselect={false}
        disabled={change.isPending}
        value={shown.mode}
        onChange={(mode) => change.mutate({ mode: mode as RecordingSettings['mode'] })}
        data={[
          { value: 'off', label: t`off` },
          { value: 'announce', label: t`whoever stays after the notice agrees` },
          { value: 'opt_in', label: t`whoever presses 1 agrees` },
        ]}
      />
      <Switch
        label={t`Keys that are pressed pause it`}
        description={t`They may be the number of a card.`}
        disabled={change.isPending}
        checked={shown.pause_on_keys}
        onChange={(event) => change.mutate({ pause_on_keys: event.currentTarget.checked })}
      />
      <Switch
        label={t`Administrators may listen`}
        description={t`They say what for. It is noted, and those in the call can see it.`}
        disabled={change.isPending}
        checked={shown.administrators_listen}
        onChange={(event) => change.mutate({ administrators_listen: event.currentTarget.checked })}
      />
      <NumberSetting
        label={t`A tone is heard every (seconds)`}
        description={t`It reminds everybody that the call is recorded. 0: none.`}
        value={shown.beep_seconds}
        onChange={(beep_seconds) => change.mutate({ beep_seconds })}
      />
      <NumberSetting
        label={t`Can be brought back for (days)`}
        description={t`What was put away for longer is erased.`}
        value={shown.restorable_days}
        onChange={(restorable_days) => change.mutate({ restorable_days })}
      />
    </Section>
  );
}

interface NumberSettingProps {
  label: string;
  description: string;
  value: number;
  onChange: (value: number) => void;
}

/** Number input that is saved on blur. */
function NumberSetting({ label, description, value, onChange }: NumberSettingProps) {
  const [typed, setTyped] = useState<number | string>();
  const commit = () => {
    if (typeof typed === 'number' && typed !== value) onChange(typed);
    setTyped(undefined);
  };
  return (
    <NumberInput
      label={label}
      description={description}
      allowNegative={false}
      allowDecimal={false}
      value={typed ?? value}
      onChange={setTyped}
      onBlur={commit}
    />
  );
}

/** Recording policy of one extension. */
export function ExtensionRecordingPolicy({ tenant }: { tenant?: string }) {
  const { t } = useLingui();
  const [chosen, setChosen] = useState<string | null>(null);
  return (
    <Section title={t`An extension`}>
      <ExtensionSelect tenant={tenant} value={chosen} onChange={setChosen} />
      {chosen && <ExtensionRecordingSelect key={chosen} extension={chosen} tenant={tenant} />}
    </Section>
  );
}

function ExtensionRecordingSelect({ extension, tenant }: { extension: string; tenant?: string }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const queryKey = ['extension-recording', tenant, extension];
  const which = { path: { extension }, query: { tenant } };
  const { data, error } = useQuery({ queryKey, queryFn: async () => (await api.showExtensionRecording(which)).data });
  const change = useMutation({
    mutationFn: async (when: ExtensionRecording['when']) =>
      (await api.changeExtensionRecording({ ...which, body: { when } })).data,
    onSuccess: (saved) => queries.setQueryData(queryKey, saved),
  });
  return (
    <>
      <ErrorNotice fault={error ?? change.error} />
      {data && (
        <Select
          label={t`Its calls are recorded`}
          allowDeselect={false}
          disabled={change.isPending}
          value={data.when}
          onChange={(when) => change.mutate(when as ExtensionRecording['when'])}
          data={[
            { value: 'never', label: t`never` },
            { value: 'on_demand', label: t`if somebody in the call asks` },
            { value: 'incoming', label: t`if it is called` },
            { value: 'outgoing', label: t`if it calls` },
            { value: 'always', label: t`always` },
          ]}
        />
      )}
    </>
  );
}

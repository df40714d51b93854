import { NumberInput, Select, Switch } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type ExtensionRecording, type RecordingSettings } from '~/api';
import { ErrorBar } from '~/design/ErrorBar';
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
    <Section title={t`General`}>
      <ErrorNotice fault={change.error} />
      <Select
        label={t`Call recording`}
        description={t`All participants are informed before recording starts.`}
        allowDeselect={false}
        disabled={change.isPending}
        value={shown.mode}
        onChange={(mode) => change.mutate({ mode: mode as RecordingSettings['mode'] })}
        data={[
          { value: 'off', label: t`Off` },
          { value: 'announce', label: t`Consent by staying on the call` },
          { value: 'opt_in', label: t`Consent by pressing 1` },
        ]}
      />
      <Switch
        label={t`Pause on key press`}
        description={t`Callers may enter card numbers.`}
        disabled={change.isPending}
        checked={shown.pause_on_keys}
        onChange={(event) => change.mutate({ pause_on_keys: event.currentTarget.checked })}
      />
      <Switch
        label={t`Administrators may listen`}
        description={t`A purpose is required. Access is logged and visible to the participants.`}
        disabled={change.isPending}
        checked={shown.administrators_listen}
        onChange={(event) => change.mutate({ administrators_listen: event.currentTarget.checked })}
      />
      <Switch
        label={t`Administrators may listen to live calls`}
        description={t`All participants are informed first. Each use is logged and visible to them.`}
        disabled={change.isPending}
        checked={shown.monitoring}
        onChange={(event) => change.mutate({ monitoring: event.currentTarget.checked })}
      />
      <NumberSetting
        label={t`Reminder tone interval (seconds)`}
        description={t`Reminds participants that the call is recorded. 0 turns it off.`}
        value={shown.beep_seconds}
        onChange={(beep_seconds) => change.mutate({ beep_seconds })}
      />
      <NumberSetting
        label={t`Keep archived items (days)`}
        description={t`Archived items are erased after this time.`}
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

/** Number input that is saved by Enter and on blur. */
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
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
      }}
    />
  );
}

/** Recording policy of one extension. */
export function ExtensionRecordingPolicy({ tenant }: { tenant?: string }) {
  const { t } = useLingui();
  const [chosen, setChosen] = useState<string | null>(null);
  return (
    <Section title={t`By extension`}>
      <ExtensionSelect tenant={tenant} value={chosen} onChange={setChosen} />
      {chosen && <ExtensionRecordingSelect key={chosen} extension={chosen} tenant={tenant} />}
    </Section>
  );
}

/** When the calls of one extension are recorded, and whether supervisors may listen to them. */
export function ExtensionRecordingSelect({ extension, tenant }: { extension: string; tenant?: string }) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const queryKey = ['extension-recording', tenant, extension];
  const which = { path: { extension }, query: { tenant } };
  const { data, error, refetch } = useQuery({
    queryKey,
    queryFn: async () => (await api.showExtensionRecording(which)).data,
  });
  const change = useMutation({
    mutationFn: async (body: Partial<Pick<ExtensionRecording, 'when' | 'monitoring'>>) =>
      (await api.changeExtensionRecording({ ...which, body })).data,
    onSuccess: (saved) => queries.setQueryData(queryKey, saved),
  });
  return (
    <>
      <ErrorBar fault={error} retry={refetch} />
      <ErrorNotice fault={change.error} />
      {data && (
        <Select
          label={t`Record calls`}
          allowDeselect={false}
          disabled={change.isPending}
          value={data.when}
          onChange={(when) => change.mutate({ when: when as ExtensionRecording['when'] })}
          data={[
            { value: 'never', label: t`Never` },
            { value: 'on_demand', label: t`On demand` },
            { value: 'incoming', label: t`Incoming calls` },
            { value: 'outgoing', label: t`Outgoing calls` },
            { value: 'always', label: t`Always` },
          ]}
        />
      )}
      {data && (
        <Switch
          label={t`Live calls may be listened to`}
          disabled={change.isPending}
          checked={data.monitoring === 'allowed'}
          onChange={(event) => change.mutate({ monitoring: event.currentTarget.checked ? 'allowed' : 'refused' })}
        />
      )}
    </>
  );
}

import { NativeSelect, Stack, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { api, type Colleague, type ForwardingChange, type PresenceSettings, type PresenceSettingsChange } from '~/api';
import { MAX_PAGE_SIZE } from '~/core/pagination';
import { Changeable } from '~/design/Changeable';
import { useChanges } from '~/design/changes';
import { POLL_INTERVAL_MS, useAllPages } from '~/design/lists';
import { ErrorBar } from '~/design/ErrorBar';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { OWN_STATES, STATE_LABELS } from '~/features/presence';
import { StateRules } from './StateRules';
import type { State } from './model';

const KEY = 'forwarding';

interface ForwardingBodyProps {
  extension: string;
  tenant?: string;
  changeable?: boolean;
}

/** Where the calls of an extension go in each state of its user; for the user and for administrators. */
export function ForwardingBody({ extension, tenant, changeable = true }: ForwardingBodyProps) {
  const { t } = useLingui();
  const which = { path: { extension }, query: { tenant } };
  const { data, error, refetch } = useQuery({
    queryKey: [KEY, tenant, extension],
    queryFn: async () => (await api.showPresence(which)).data,
    refetchInterval: POLL_INTERVAL_MS,
  });
  const people = useAllPages<Colleague>(['directory', tenant], (cursor) =>
    api.directory({ query: { tenant, cursor, limit: MAX_PAGE_SIZE } }),
  );
  const changes = useChanges([KEY]);
  const save = (body: PresenceSettingsChange, before: PresenceSettingsChange) =>
    changes.mutateAsync({
      apply: () => api.changePresence({ ...which, body }),
      undo: () => api.changePresence({ ...which, body: before }),
      message: t`Forwarding is changed.`,
    });
  if (!data) return error ? <ErrorBar fault={error} retry={refetch} /> : <SkeletonBlock height={640} />;
  return (
    <Stack gap="sm">
      <ErrorBar fault={people.fault} retry={people.retry} />
      <ProfileOfState
        settings={data}
        tenant={tenant}
        people={people.items}
        changeable={changeable}
        onSave={(forwarding, undo) => save({ forwarding }, { forwarding: undo })}
      />
      <Changeable allowed={changeable}>
        <Switch
          size="md"
          label={t`Call waiting`}
          description={t`Further calls ring during a call.`}
          checked={data.call_waiting}
          disabled={changes.isPending}
          onChange={(event) =>
            void save({ call_waiting: event.currentTarget.checked }, { call_waiting: data.call_waiting }).catch(
              () => undefined,
            )
          }
        />
      </Changeable>
    </Stack>
  );
}

interface ProfileOfStateProps {
  settings: PresenceSettings;
  tenant?: string;
  people: readonly Colleague[];
  changeable: boolean;
  onSave: (changes: ForwardingChange[], undo: ForwardingChange[]) => Promise<unknown>;
}

/** The rules of a state to choose: at first those of all states. */
function ProfileOfState({ settings, tenant, people, changeable, onSave }: ProfileOfStateProps) {
  const { t } = useLingui();
  const [state, setState] = useState<State>('available');
  const profile = settings.profiles[state];
  const label = (each: State) => {
    const name = each === 'available' ? t`Available and all others` : t(STATE_LABELS[each]);
    return each === settings.chosen_state ? t`${name} (now)` : name;
  };
  return (
    <>
      <NativeSelect
        size="md"
        maw="var(--field-width)"
        label={t`Rules for the state`}
        value={state}
        onChange={(event) => setState(event.currentTarget.value as State)}
        data={OWN_STATES.map((each) => ({ value: each, label: label(each) }))}
      />
      {profile && (
        <StateRules
          key={state}
          extension={settings.extension_id}
          tenant={tenant}
          number={settings.number}
          state={state}
          profile={profile}
          people={people}
          changeable={changeable}
          onSave={onSave}
        />
      )}
    </>
  );
}

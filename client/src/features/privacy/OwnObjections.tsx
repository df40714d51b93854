import { Skeleton, Switch } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { api, type OwnObjection } from '~/api';
import { ErrorNotice } from '~/design/Notice';
import { QUERY } from './OwnConsents';
import type { Language } from './policy-state';

const TEXTS = {
  directory: {
    title: msg`I object to being listed`,
    effect: msg`Colleagues do not find you in lists, phone books or by name. They can still dial your number.`,
  },
  statistics: {
    title: msg`I object to figures about my work`,
    effect: msg`Reports of queues count your calls, but do not show them under your name.`,
  },
} as const;

/** Switches of the user's objections to processing that needs no consent. */
export function OwnObjections() {
  const { t } = useLingui();
  const found = useQuery({ queryKey: QUERY, queryFn: async () => (await api.listOwnConsents()).data });
  return (
    <>
      <ErrorNotice fault={found.error} />
      {found.isPending && <Skeleton h={80} aria-label={t`Loading`} />}
      {found.data?.objections.map((each) => (
        <ObjectionSwitch key={each.purpose} objection={each} />
      ))}
    </>
  );
}

function ObjectionSwitch({ objection: { purpose, objects } }: { objection: OwnObjection }) {
  const { t, i18n } = useLingui();
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: (wanted: boolean) =>
      api.objectToPurpose({ body: { purpose, objects: wanted, language: i18n.locale as Language } }),
    onSettled: () => queries.invalidateQueries({ queryKey: QUERY }),
  });
  const { title, effect } = TEXTS[purpose];
  return (
    <>
      <ErrorNotice fault={change.error} />
      <Switch
        size="md"
        label={t(title)}
        description={t(effect)}
        checked={change.isPending ? change.variables : objects}
        onChange={(event) => change.mutate(event.currentTarget.checked)}
      />
    </>
  );
}

import { useQuery } from '@tanstack/react-query';
import { msg } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { api } from '~/api';
import { ErrorBar } from '~/design/ErrorBar';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { DECISIONS, DecisionSwitch } from './DecisionSwitch';
import type { Language } from './policy-state';

const TEXTS = {
  directory: {
    title: msg`I object to being listed`,
    effect: msg`Colleagues do not find you in lists, phone books or by name. They can still dial your number.`,
  },
  statistics: {
    title: msg`I object to figures about my work`,
    effect: msg`Reports of queues count your calls, but do not show them under your name. Statistics of use leave you out.`,
  },
} as const;

/** Switches of the user's objections to processing that needs no consent. */
export function OwnObjections() {
  const { t, i18n } = useLingui();
  const found = useQuery({ queryKey: DECISIONS, queryFn: async () => (await api.listOwnConsents()).data });
  return (
    <>
      <ErrorBar fault={found.error} retry={found.refetch} />
      {found.isPending && <SkeletonBlock height={80} />}
      {found.data?.objections.map((each) => (
        <DecisionSwitch
          key={each.purpose}
          title={t(TEXTS[each.purpose].title)}
          effect={t(TEXTS[each.purpose].effect)}
          checked={each.objects}
          decide={(objects) =>
            api.objectToPurpose({ body: { purpose: each.purpose, objects, language: i18n.locale as Language } })
          }
        />
      ))}
    </>
  );
}

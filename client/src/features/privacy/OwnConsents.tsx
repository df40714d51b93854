import { Button, Skeleton, Switch } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { msg } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type ConsentPurpose, type OwnConsents as Decisions } from '~/api';
import { ErrorNotice } from '~/design/Notice';
import { download } from '~/design/table/csv';
import type { Language } from './policy-state';

export const QUERY = ['own-consents'];

const TEXTS = {
  marketing: { title: msg`Marketing`, effect: msg`Your organisation may send you advertising.` },
  analytics: { title: msg`Usage statistics`, effect: msg`The way you use the service may be evaluated to improve it.` },
  contact_sync: { title: msg`Contact sync`, effect: msg`The app may ask for the contacts of this device.` },
} as const;

/** Switches of the purposes that the user decides on. */
export function OwnConsents() {
  const { t } = useLingui();
  const found = useQuery({ queryKey: QUERY, queryFn: async () => (await api.listOwnConsents()).data });
  return (
    <>
      <ErrorNotice fault={found.error} />
      {found.isPending && <Skeleton h={120} aria-label={t`Loading`} />}
      {found.data?.purposes.map((each) => (
        <ConsentSwitch key={each.purpose} consent={each} />
      ))}
      {found.data && found.data.ledger.length > 0 && (
        <Button size="md" variant="default" onClick={() => saveReceipts(found.data)}>
          <Trans>Save receipts</Trans>
        </Button>
      )}
    </>
  );
}

function ConsentSwitch({ consent: { purpose, allowed } }: { consent: ConsentPurpose }) {
  const { t, i18n } = useLingui();
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: (given: boolean) =>
      api.decideOnConsent({ body: { purpose, given, language: i18n.locale as Language } }),
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
        checked={change.isPending ? change.variables : allowed}
        onChange={(event) => change.mutate(event.currentTarget.checked)}
      />
    </>
  );
}

/** Save all decisions as a file. */
function saveReceipts({ ledger }: Decisions): void {
  download('consents.json', JSON.stringify(ledger, null, 2), 'application/json');
}

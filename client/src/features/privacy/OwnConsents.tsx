import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { msg } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type OwnConsents as Decisions } from '~/api';
import { ErrorBar } from '~/design/ErrorBar';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { download } from '~/design/table/csv';
import { forgetSync } from '~/features/device-contacts';
import { DECISIONS, DecisionSwitch } from './DecisionSwitch';
import type { Language } from './policy-state';

const TEXTS = {
  marketing: { title: msg`Marketing`, effect: msg`Your organisation may send you advertising.` },
  analytics: {
    title: msg`Suggestions and usage statistics`,
    effect: msg`Administrators see which features are used, as shares of at least ten people. The app suggests favourites and the best time to call, to you alone.`,
  },
  contact_sync: {
    title: msg`Contact sync`,
    effect: msg`The contacts that you choose on a device may be copied to your personal contacts, after you have turned it on there too. A withdrawal deletes the copies of all devices from the server; on the devices they stay.`,
  },
} as const;

/** Switches of the purposes that the user decides on. */
export function OwnConsents() {
  const { t, i18n } = useLingui();
  const found = useQuery({ queryKey: DECISIONS, queryFn: async () => (await api.listOwnConsents()).data });
  return (
    <>
      <ErrorBar fault={found.error} retry={found.refetch} />
      {found.isPending && <SkeletonBlock height={360} />}
      {found.data?.purposes.map((each) => (
        <DecisionSwitch
          key={each.purpose}
          title={t(TEXTS[each.purpose].title)}
          effect={t(TEXTS[each.purpose].effect)}
          checked={each.allowed}
          decide={async (given) => {
            await api.decideOnConsent({ body: { purpose: each.purpose, given, language: i18n.locale as Language } });
            if (each.purpose === 'contact_sync' && !given) await forgetSync();
          }}
        />
      ))}
      {found.data && found.data.ledger.length > 0 && (
        <Button size="md" variant="default" onClick={() => saveReceipts(found.data)}>
          <Trans>Save receipts</Trans>
        </Button>
      )}
    </>
  );
}

/** Save all decisions as a file. */
function saveReceipts({ ledger }: Decisions): void {
  download('consents.json', JSON.stringify(ledger, null, 2), 'application/json');
}

import { MultiSelect, Switch } from '@mantine/core';
import { getCountries } from 'libphonenumber-js/min';
import { Trans, useLingui } from '@lingui/react/macro';
import { api, type CallingPolicy, type CallingPolicyChange } from '~/api';
import { useChanges } from '~/design/changes';
import { ErrorNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { matchesSearch } from '~/design/table';
import { updatingChange } from '~/features/routing';
import { useStopTexts } from './texts';
import { useFraud } from './useFraud';

/** Code of networks that belong to no country. */
const INTERNATIONAL = '001';

/** Which numbers outside may be called. */
export function Permissions({ tenant }: { tenant?: string }) {
  const { t } = useLingui();
  const policy = useFraud(tenant).data?.policy;
  return (
    <Section
      title={t`Permitted calls`}
      lead={<Trans>Calls within the country of the organisation are permitted, others only if you permit them.</Trans>}
    >
      {policy && <Policy policy={policy} tenant={tenant} />}
    </Section>
  );
}

function Policy({ policy, tenant }: { policy: CallingPolicy; tenant?: string }) {
  const { t, i18n } = useLingui();
  const { country } = useStopTexts();
  const changes = useChanges(['fraud']);
  const save = (after: CallingPolicyChange, before: CallingPolicyChange) => {
    const message = t`The permissions are changed.`;
    changes.mutate(
      updatingChange({ version: policy.version, before, after, message }, (body, headers) =>
        api.changeCallingPolicy({ query: { tenant }, body, headers }),
      ),
    );
  };
  const { countries, premium } = policy;
  const known = [...new Set<string>([...getCountries(), INTERNATIONAL, ...countries])];
  const names = known.map((code) => ({
    value: code,
    label: code === INTERNATIONAL ? t`Satellite and other international networks` : country(code),
  }));
  const { compare } = new Intl.Collator(i18n.locale);
  return (
    <>
      <ErrorNotice fault={changes.error} />
      <MultiSelect
        size="md"
        label={t`Other countries that may be called`}
        searchable
        limit={300}
        maxDropdownHeight={320}
        nothingFoundMessage={t`No match`}
        data={names.toSorted((one, other) => compare(one.label, other.label))}
        filter={({ options, search }) =>
          options.filter((each) => 'value' in each && matchesSearch(search, [each.label, each.value]))
        }
        readOnly={changes.isPending}
        value={countries}
        onChange={(chosen) => save({ countries: chosen }, { countries })}
      />
      <Switch
        size="md"
        label={t`Premium numbers may be called`}
        disabled={changes.isPending}
        checked={premium}
        onChange={(event) => save({ premium: event.currentTarget.checked }, { premium })}
      />
    </>
  );
}

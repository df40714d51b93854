import { Button, Group, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { type FormEvent } from 'react';
import { api } from '~/api';
import { toast } from '~/core/toasts';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { Section } from '~/design/Section';
import { usePlan } from './useCosts';

interface TrialProps {
  tenant?: string;
  /** Only operators change its end. */
  operator: boolean;
}

/** The trial of the organisation, until its plan is charged. Administrators decide here to go on afterwards. */
export function Trial({ tenant, operator }: TrialProps) {
  const { t, i18n } = useLingui();
  const queries = useQueryClient();
  const { data } = usePlan(tenant);
  const refresh = () =>
    Promise.all(['tenant-plan', 'charges', 'attention'].map((key) => queries.invalidateQueries({ queryKey: [key] })));
  const goOn = useMutation({
    mutationFn: () => api.continueAfterTrial({ query: { tenant } }),
    onSuccess: () => toast({ message: t`The plan is charged after the trial.` }),
    onSettled: refresh,
  });
  const extend = useMutation({
    mutationFn: (until: string) => api.setTrialEnd({ query: { tenant }, body: { until } }),
    onSuccess: () => toast({ message: t`Saved` }),
    onSettled: refresh,
  });
  const trial = data?.trial;
  if (!trial || trial.state === 'charged') return null;
  const day = (value: string) => i18n.date(new Date(`${value}T00:00:00`), { dateStyle: 'long' });
  const until = day(trial.until);
  const last = day(dayBefore(trial.until));
  const change = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    extend.mutate(String(new FormData(event.currentTarget).get('until') ?? ''));
  };
  return (
    <Section title={t`Trial`} lead={<Trans>Nothing is charged during the trial, including calls outside.</Trans>}>
      {trial.state === 'ended' ? (
        <InfoNotice title={t`The trial has ended.`}>
          <Trans>Calls outside are refused until you go on. Emergency calls are always possible.</Trans>
        </InfoNotice>
      ) : (
        <Text>
          {trial.state === 'continued' ? (
            <Trans>The plan is charged from {until} on.</Trans>
          ) : (
            <Trans>The last day of the trial is {last}. Without your confirmation, calls outside stop after it.</Trans>
          )}
        </Text>
      )}
      <ErrorNotice fault={goOn.error} />
      {trial.state !== 'continued' && (
        <div>
          <Button size="md" loading={goOn.isPending} onClick={() => goOn.mutate()}>
            <Trans>Go on after the trial</Trans>
          </Button>
        </div>
      )}
      {operator && (
        <form onSubmit={change}>
          <ErrorNotice fault={extend.error} />
          <Group align="end">
            <TextInput
              size="md"
              name="until"
              type="date"
              label={t`First day after it`}
              defaultValue={trial.until}
              required
            />
            <Button size="md" variant="default" type="submit" loading={extend.isPending}>
              <Trans>Change the end</Trans>
            </Button>
          </Group>
        </form>
      )}
    </Section>
  );
}

/** The day before a day such as 2027-03-01. */
function dayBefore(value: string): string {
  const day = new Date(`${value}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() - 1);
  return day.toISOString().slice(0, 10);
}

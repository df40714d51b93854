import { Button, Group, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState, type FormEvent } from 'react';
import { api, type Plan } from '~/api';
import { toast } from '~/core/toasts';
import { Drawer } from '~/design/Drawer';
import { useAllPages } from '~/design/lists';
import { formatAmount } from '~/design/money';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice } from '~/design/Notice';
import { termsOn } from './model';

interface AssignPlanProps {
  opened: boolean;
  onClose: () => void;
  tenant?: string;
}

/** Choice of no plan. */
const NONE = 'none';

/** Drawer in which an operator assigns a plan to the organisation, or ends its plan. */
export function AssignPlan({ opened, onClose, tenant }: AssignPlanProps) {
  const { t, i18n } = useLingui();
  const queries = useQueryClient();
  const plans = useAllPages<Plan>(['plans'], () => api.listPlans());
  const [chosen, setChosen] = useState<string | null>(null);
  const assign = useMutation({
    mutationFn: async (since: string | undefined) => {
      if (chosen === NONE) await api.endPlan({ query: { tenant, since } });
      else await api.assignPlan({ query: { tenant }, body: { plan: chosen!, since } });
    },
    onSuccess: () => {
      toast({ message: chosen === NONE ? t`The plan ends.` : t`The plan was assigned.` });
      onClose();
    },
    onSettled: () =>
      Promise.all(['tenant-plan', 'charges', 'plans'].map((key) => queries.invalidateQueries({ queryKey: [key] }))),
  });
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    assign.mutate(String(new FormData(event.currentTarget).get('since') ?? '') || undefined);
  };
  const open = plans.items.filter(({ archived }) => !archived);
  const label = ({ name, currency, terms }: Plan) => {
    const price = formatAmount(termsOn(terms, new Date())?.price ?? 0, currency, i18n.locale);
    return t`${name} · ${price} per month`;
  };
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      title={t`Assign a plan`}
      footer={
        <Group justify="flex-end">
          <Button size="md" type="submit" form="assign-plan" disabled={chosen === null} loading={assign.isPending}>
            {chosen === NONE ? t`End the plan` : t`Assign`}
          </Button>
        </Group>
      }
    >
      <form id="assign-plan" onSubmit={send}>
        <Stack>
          <Text size="sm">
            <Trans>
              The prices apply from the first day on, by days. Past months are not changed. Plans are created in
              Billing.
            </Trans>
          </Text>
          <Select
            size="md"
            label={t`Plan`}
            placeholder={t`Choose a plan`}
            allowDeselect={false}
            data={[...open.map((plan) => ({ value: plan.id, label: label(plan) })), { value: NONE, label: t`No plan` }]}
            value={chosen}
            onChange={setChosen}
          />
          <TextInput size="md" name="since" type="date" label={t`First day`} description={t`Empty: today`} />
          <ErrorBar fault={plans.fault} retry={plans.retry} />
          <ErrorNotice fault={assign.error} />
        </Stack>
      </form>
    </Drawer>
  );
}

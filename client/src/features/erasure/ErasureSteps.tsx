import { Button, NumberInput, Stack, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Plural, Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { ErasurePlan, ErasureReceipt } from '~/api';
import { unmarked } from '~/core/bidi';
import { asProblem } from '~/core/problem';
import { ErrorBar } from '~/design/ErrorBar';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { download } from '~/design/table/csv';
import { StepUp, StepUpDialog } from '~/features/settings';
import { LeadingNowhere } from './LeadingNowhere';
import { Plan } from './Plan';

interface ErasureStepsProps {
  /** Key of the plan in the cache of queries. */
  subject: readonly unknown[];
  plan: () => Promise<ErasurePlan>;
  erase: (digest: string) => Promise<ErasureReceipt>;
  /** Lets it begin after some days; without it, it is done at once. */
  schedule?: (digest: string, days: number) => Promise<unknown>;
  onScheduled?: () => void;
  /** Is typed again to confirm. */
  name: string;
  confirmLabel: string;
  /** Text if the server holds nothing of it. */
  nothingText?: string;
  onErased?: () => void;
}

/** Erasure: the plan, the name typed again, the receipt; of accounts also after some days. */
export function ErasureSteps(props: ErasureStepsProps) {
  const { subject, plan: load, erase: run, schedule, name, confirmLabel, nothingText, onErased, onScheduled } = props;
  const { t } = useLingui();
  const [proof] = useState(() => new StepUp());
  const [typed, setTyped] = useState('');
  const [days, setDays] = useState(0);
  const plan = useQuery({ queryKey: ['erasure', ...subject], queryFn: load, staleTime: 0, retry: false });
  const erase = useMutation({
    mutationFn: (digest: string) => proof.run(() => run(digest)),
    onSuccess: (done) => done && onErased?.(),
    onError: () => void plan.refetch(),
  });
  const later = useMutation({
    mutationFn: (digest: string) => proof.run(async () => (await schedule?.(digest, days), true)),
    onSuccess: (done) => done && onScheduled?.(),
    onError: () => void plan.refetch(),
  });
  const receipt = erase.data ?? plan.data?.receipt;
  if (receipt) return <Receipt receipt={receipt} />;
  if (nothingText && plan.error && asProblem(plan.error).status === 404) return <InfoNotice>{nothingText}</InfoNotice>;
  if (!plan.data)
    return plan.error ? <ErrorBar fault={plan.error} retry={plan.refetch} /> : <SkeletonBlock height={120} />;
  const { digest } = plan.data;
  return (
    <Stack>
      <Plan plan={plan.data} />
      <LeadingNowhere destinations={plan.data.leading_nowhere ?? []} />
      <form
        data-transient
        onSubmit={(event) => {
          event.preventDefault();
          (days > 0 ? later : erase).mutate(digest);
        }}
      >
        <Stack>
          <TextInput
            label={t`Type “${name}” to confirm`}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autoComplete="off"
          />
          {schedule && (
            <NumberInput
              label={t`Days until it begins`}
              description={t`0: at once. Until it begins, the account works and the erasure can be cancelled.`}
              min={0}
              max={90}
              allowDecimal={false}
              value={days}
              onChange={(value) => setDays(Number(value) || 0)}
            />
          )}
          <ErrorNotice fault={erase.error ?? later.error} />
          <Button
            type="submit"
            color="red.9"
            disabled={unmarked(typed).trim() !== unmarked(name).trim()}
            loading={erase.isPending || later.isPending}
          >
            {days > 0 ? <Plural value={days} one="Erase in # day" other="Erase in # days" /> : confirmLabel}
          </Button>
        </Stack>
      </form>
      <StepUpDialog proof={proof} />
    </Stack>
  );
}

function Receipt({ receipt }: { receipt: ErasureReceipt }) {
  const { t } = useLingui();
  return (
    <Stack>
      <InfoNotice title={t`Erased`}>
        <Trans>The receipt lists what was removed and what stays. It contains no names.</Trans>
      </InfoNotice>
      <Button
        variant="default"
        onClick={() => download(`erasure-${receipt.id}.json`, JSON.stringify(receipt, null, 2), 'application/json')}
      >
        <Trans>Download receipt</Trans>
      </Button>
    </Stack>
  );
}

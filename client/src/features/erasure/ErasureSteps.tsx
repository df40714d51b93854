import { Button, Stack, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { ErasurePlan, ErasureReceipt } from '~/api';
import { asProblem } from '~/core/problem';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { SkeletonBlock } from '~/design/SkeletonBlock';
import { download } from '~/design/table/csv';
import { StepUp, StepUpDialog } from '~/features/settings';
import { Plan } from './Plan';

interface ErasureStepsProps {
  /** Key of the plan in the cache of queries. */
  subject: readonly unknown[];
  plan: () => Promise<ErasurePlan>;
  erase: (digest: string) => Promise<ErasureReceipt>;
  /** Is typed again to confirm. */
  name: string;
  confirmLabel: string;
  /** Text if the server holds nothing of it. */
  nothingText?: string;
  onErased?: () => void;
}

/** Erasure: the plan, the name typed again, the receipt. */
export function ErasureSteps(props: ErasureStepsProps) {
  const { subject, plan: load, erase: run, name, confirmLabel, nothingText, onErased } = props;
  const { t } = useLingui();
  const [proof] = useState(() => new StepUp());
  const [typed, setTyped] = useState('');
  const plan = useQuery({ queryKey: ['erasure', ...subject], queryFn: load, staleTime: 0, retry: false });
  const erase = useMutation({
    mutationFn: (digest: string) => proof.run(() => run(digest)),
    onSuccess: (done) => done && onErased?.(),
    onError: () => void plan.refetch(),
  });
  const receipt = erase.data ?? plan.data?.receipt;
  if (receipt) return <Receipt receipt={receipt} />;
  if (nothingText && plan.error && asProblem(plan.error).status === 404) return <InfoNotice>{nothingText}</InfoNotice>;
  if (!plan.data) return plan.error ? <ErrorNotice fault={plan.error} /> : <SkeletonBlock height={120} />;
  const { digest } = plan.data;
  return (
    <Stack>
      <Plan plan={plan.data} />
      <form
        onSubmit={(event) => {
          event.preventDefault();
          erase.mutate(digest);
        }}
      >
        <Stack>
          <TextInput
            label={t`Type “${name}” to confirm`}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            autoComplete="off"
          />
          <ErrorNotice fault={erase.error} />
          <Button type="submit" color="red.9" disabled={typed.trim() !== name.trim()} loading={erase.isPending}>
            {confirmLabel}
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

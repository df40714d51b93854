import { Button, List, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { MessageDescriptor } from '@lingui/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useId, useState } from 'react';
import { api, type ErasureReceipt } from '~/api';
import { ErrorNotice, InfoNotice } from '~/design/Notice';
import { download } from '~/design/table';
import { StepUp, StepUpDialog } from '~/features/settings';
import { ERASED_KINDS, KEPT_KINDS } from './erasure-texts';
import type { PersonTabProps } from './PersonPage';

/** Erasure of a person: the plan, the name typed again, the receipt. */
export function ErasePerson({ person, tenant, onErased }: PersonTabProps & { onErased: () => void }) {
  const { t } = useLingui();
  const [proof] = useState(() => new StepUp());
  const queryClient = useQueryClient();
  const [typed, setTyped] = useState('');
  const heading = useId();
  const which = { path: { person_id: person.id }, query: { tenant } };
  const plan = useQuery({
    queryKey: ['erasure', tenant, person.id],
    queryFn: async () => (await api.planErasure(which)).data,
    staleTime: 0,
    retry: false,
  });
  const erase = useMutation({
    mutationFn: (digest: string) => proof.run(async () => (await api.erasePerson({ ...which, body: { digest } })).data),
    onSuccess: (done) => {
      if (!done) return;
      onErased();
      void queryClient.invalidateQueries({ queryKey: ['people'] });
    },
    onError: () => void plan.refetch(),
  });
  const receipt = erase.data ?? plan.data?.receipt;
  if (receipt) return <Receipt receipt={receipt} />;
  if (!plan.data) return plan.error ? <ErrorNotice fault={plan.error} /> : <Skeleton h={120} aria-label={t`Loading`} />;
  const held = plan.data.held.filter(({ area, count }) => count > 0 && area !== 'held objects');
  const { digest } = plan.data;
  const { name } = person;
  const textOf = (texts: Record<string, MessageDescriptor>, kind: string, otherwise = kind) => {
    const text = texts[kind];
    return text ? t(text) : otherwise;
  };
  return (
    <Stack>
      <Text size="sm" id={heading}>
        <Trans>This is erased, also in backups. It cannot be undone.</Trans>
      </Text>
      <List size="sm" aria-labelledby={heading}>
        {held.map(({ area, kind, count }) => (
          <List.Item key={`${area} ${kind}`}>
            {textOf(ERASED_KINDS, kind)}: {count}
          </List.Item>
        ))}
      </List>
      {plan.data.kept.length > 0 && (
        <>
          <Text size="sm" id={`${heading}-stays`}>
            <Trans>This stays, without the name:</Trans>
          </Text>
          <List size="sm" aria-labelledby={`${heading}-stays`}>
            {plan.data.kept.map(({ area, kind, what }) => (
              <List.Item key={`${area} ${kind}`}>{textOf(KEPT_KINDS, kind, what)}</List.Item>
            ))}
          </List>
        </>
      )}
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
            <Trans>Erase this person</Trans>
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

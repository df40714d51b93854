import { Button, Group, NumberInput, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState, type FormEvent } from 'react';
import { api, type CreditTerms } from '~/api';
import { toast } from '~/core/toasts';
import { Drawer } from '~/design/Drawer';
import { ErrorNotice } from '~/design/Notice';
import { fromMicros, toMicros } from './model';

interface EditCreditProps {
  onClose: () => void;
  tenant?: string;
  terms?: CreditTerms;
}

type Kind = 'none' | 'prepaid' | 'limit';

/** Drawer in which an operator lets the organisation pay in advance, or limits what it may owe. */
export function EditCredit({ onClose, tenant, terms }: EditCreditProps) {
  const { t } = useLingui();
  const queries = useQueryClient();
  const [kind, setKind] = useState<Kind>(!terms ? 'none' : terms.prepaid ? 'prepaid' : 'limit');
  const save = useMutation({
    mutationFn: async (body: CreditTerms) => {
      if (kind === 'none') await api.removeCredit({ query: { tenant } });
      else await api.setCredit({ query: { tenant }, body });
    },
    onSuccess: () => {
      toast({ message: t`Saved` });
      onClose();
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['credit'] }),
  });
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const values = new FormData(event.currentTarget);
    const text = (name: string) => String(values.get(name) ?? '');
    save.mutate({
      prepaid: kind === 'prepaid',
      currency: text('currency'),
      limit: toMicros(text('limit')),
      warn_below: toMicros(text('warn_below')),
    });
  };
  return (
    <Drawer
      opened
      onClose={onClose}
      title={t`Credit`}
      footer={
        <Group justify="flex-end">
          <Button size="md" type="submit" form="credit" loading={save.isPending}>
            <Trans>Save</Trans>
          </Button>
        </Group>
      }
    >
      <form id="credit" onSubmit={send}>
        <Stack>
          <Text size="sm">
            <Trans>
              Without credit, calls outside are refused, and calls in progress end after a tone one minute before.
              Emergency calls are always possible. Prices are net: tax and fees are added with the invoice.
            </Trans>
          </Text>
          <Radio.Group label={t`Payment`} value={kind} onChange={(value) => setKind(value as Kind)}>
            <Stack gap="xs" mt="xs">
              <Radio value="none" label={t`Later, without a limit`} />
              <Radio value="limit" label={t`Later, up to a limit`} />
              <Radio value="prepaid" label={t`In advance`} />
            </Stack>
          </Radio.Group>
          {kind === 'limit' && (
            <NumberInput
              size="md"
              name="limit"
              label={t`Limit`}
              min={0}
              max={1_000_000}
              decimalScale={2}
              required
              hideControls
              defaultValue={terms?.prepaid === false ? fromMicros(terms.limit ?? 0) : undefined}
            />
          )}
          {kind !== 'none' && (
            <>
              <NumberInput
                size="md"
                name="warn_below"
                label={t`Notify the administrators below`}
                min={0}
                max={1_000_000}
                decimalScale={2}
                hideControls
                defaultValue={fromMicros(terms?.warn_below ?? 0)}
              />
              <TextInput
                size="md"
                name="currency"
                label={t`Currency`}
                description={t`That of the rate deck`}
                required
                maxLength={3}
                pattern="[A-Z]{3}"
                defaultValue={terms?.currency ?? 'EUR'}
              />
            </>
          )}
          <ErrorNotice fault={save.error} />
        </Stack>
      </form>
    </Drawer>
  );
}

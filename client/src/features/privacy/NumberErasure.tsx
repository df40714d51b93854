import { Button, Group, TextInput } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState, type FormEvent } from 'react';
import { api } from '~/api';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { Section } from '~/design/Section';
import { ErasureSteps } from '~/features/erasure';
import { PrivacySection } from './PrivacySection';

/** Erasure of a telephone number outside. */
export default function NumberErasure() {
  const { t } = useLingui();
  const tenant = useValue(tenantSelection, (each) => each.selected?.id);
  const [typed, setTyped] = useState('');
  const [number, setNumber] = useState('');
  const show = (event: FormEvent) => {
    event.preventDefault();
    setNumber(typed.trim());
  };
  return (
    <PrivacySection>
      <Section
        title={t`Erase a number`}
        lead={
          <Trans>
            Erases a caller without an account from call records, messages and recordings. Make sure first that the
            number belongs to the person who asks: call it back.
          </Trans>
        }
      >
        <form onSubmit={show} data-transient>
          <Group align="end">
            <TextInput
              size="md"
              label={t`Telephone number outside`}
              placeholder="+49 30 1234567"
              type="tel"
              maxLength={40}
              autoComplete="off"
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
            />
            <Button size="md" type="submit" variant="default" disabled={typed.trim().length < 3}>
              <Trans>Show what would be erased</Trans>
            </Button>
          </Group>
        </form>
        {number && <ErasureOfNumber key={number} number={number} tenant={tenant} />}
      </Section>
    </PrivacySection>
  );
}

/** Plan, confirmation and receipt of the erasure of a number outside. */
export function ErasureOfNumber({ number, tenant }: { number: string; tenant?: string }) {
  const { t } = useLingui();
  const query = { tenant };
  return (
    <ErasureSteps
      subject={[tenant, number]}
      plan={async () => (await api.planOutsideErasure({ body: { number }, query })).data}
      erase={async (digest) => (await api.eraseOutsideNumber({ body: { number, digest }, query })).data}
      name={number}
      confirmLabel={t`Erase this number`}
      nothingText={t`Nothing is held about this number.`}
    />
  );
}

import { Button } from '@mantine/core';
import { IconParking } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { startCall } from '~/features/call';
import { retrieveNumber, useParkedCalls } from '~/features/parked';
import css from './dial.module.css';

/** Parked calls of the tenant with a retrieve button. Renders nothing if there are none. */
export function ParkedCalls() {
  const { t } = useLingui();
  const calls = useParkedCalls();
  if (calls.length === 0) return null;
  return (
    <ul className={css.parked} aria-label={t`Parked calls`}>
      {calls.map(({ place, caller }) => (
        <li key={place}>
          <IconParking size={20} aria-hidden />
          <span>
            {caller} <span className={css.dimmed}>{t`slot ${place}`}</span>
          </span>
          <Button
            size="md"
            variant="light"
            aria-label={t`Retrieve ${caller}`}
            onClick={() => void startCall(retrieveNumber(place), { name: caller })}
          >
            <Trans>Retrieve</Trans>
          </Button>
        </li>
      ))}
    </ul>
  );
}

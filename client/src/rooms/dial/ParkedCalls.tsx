import { Button } from '@mantine/core';
import { IconParking } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import { useValue } from '~/kernel/store';
import { startCall } from '~/rooms/call';
import { fetching, parked } from '~/rooms/parked';
import css from './dial.module.css';

/** Who is parked in the organisation; a tap takes them back. Nothing while nobody is. */
export function ParkedCalls() {
  const { t } = useLingui();
  const found = useValue(parked.state);
  useEffect(() => void parked.find(), []);
  if (found.length === 0) return null;
  return (
    <ul className={css.parked} aria-label={t`Parked calls`}>
      {found.map(({ place, name, number }) => {
        const who = name || number || t`Hidden number`;
        return (
          <li key={place}>
            <IconParking size={20} aria-hidden />
            <span>
              {who} <span className={css.dim}>{t`place ${place}`}</span>
            </span>
            <Button
              size="md"
              variant="light"
              aria-label={t`Take back ${who}`}
              onClick={() => void startCall(fetching(place), { name: who })}
            >
              <Trans>Take back</Trans>
            </Button>
          </li>
        );
      })}
    </ul>
  );
}

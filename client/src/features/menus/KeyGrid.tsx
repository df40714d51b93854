import { Fieldset, Text, UnstyledButton } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState, type ReactNode } from 'react';
import { DestinationPicker, useDestinationText, useTargets } from '~/features/routing';
import { KEYS, withKey } from './model';
import css from './menus.module.css';

interface KeyGridProps {
  tenant?: string;
  /** The menu that is edited, as a destination. */
  own?: string;
  value: Record<string, string>;
  onChange: (keys: Record<string, string>) => void;
  error?: ReactNode;
}

/** The keys of a telephone with their destinations; a pressed key is edited below. */
export function KeyGrid({ tenant, own, value, onChange, error }: KeyGridProps) {
  const { t } = useLingui();
  const [key, setKey] = useState('1');
  const destination = useDestinationText(useTargets(tenant));
  // Keys that do something by themselves.
  const standard: Record<string, string> = { '*': t`Previous menu`, '#': t`Repeat` };
  return (
    <Fieldset legend={t`Keys`}>
      <div className={css.keys}>
        {KEYS.map((each) => {
          const to = value[each] ? destination(value[each]) : (standard[each] ?? '');
          return (
            <UnstyledButton
              key={each}
              className={css.key}
              data-set={Boolean(value[each]) || undefined}
              aria-pressed={key === each}
              aria-label={to ? t`Key ${each}: ${to}` : t`Key ${each}`}
              onClick={() => setKey(each)}
            >
              <span className={css.digit}>{each}</span>
              <span className={css.to}>{to || '–'}</span>
            </UnstyledButton>
          );
        })}
      </div>
      {error && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert" mt="xs">
          {error}
        </Text>
      )}
      <div className={css.picker}>
        <DestinationPicker
          key={key}
          label={t`Key ${key} leads to`}
          tenant={tenant}
          own={own}
          none={standard[key] ?? t`Nothing`}
          value={value[key] ?? ''}
          onChange={(next) => onChange(withKey(value, key, next))}
        />
      </div>
      <Text size="sm" c="dimmed" mt="xs">
        <Trans>Callers may press a key while the prompt is played.</Trans>
      </Text>
    </Fieldset>
  );
}

import { Button, Input, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { DestinationPicker, RowButtons } from '~/features/routing';
import type { NumberValues } from './model';
import css from './numbers.module.css';

type Rules = NumberValues['callers'];

interface CallerRulesProps {
  rules: Rules;
  onChange: (rules: Rules) => void;
  error?: ReactNode;
  tenant?: string;
}

/** Other destinations for some callers, tried from top to bottom. */
export function CallerRules({ rules, onChange, error, tenant }: CallerRulesProps) {
  const { t } = useLingui();
  const change = (at: number, part: Partial<Rules[number]>) =>
    onChange(rules.map((rule, each) => (each === at ? { ...rule, ...part } : rule)));
  return (
    <Input.Wrapper size="md" label={t`Other destinations for some callers`} labelElement="div" error={error}>
      {rules.map(({ pattern, destination }, at) => (
        // eslint-disable-next-line -- rules have no other identity
        <fieldset key={at} className={css.rule} aria-label={t`Rule ${at + 1}`}>
          <div className={css.ruleHead}>
            <TextInput
              size="md"
              className={css.pattern}
              label={t`Numbers of the callers`}
              placeholder="+4930."
              autoComplete="off"
              value={pattern}
              onChange={(event) => change(at, { pattern: event.currentTarget.value })}
            />
            <RowButtons rows={rules} at={at} onChange={onChange} name={t`Rule ${at + 1}`} ordered />
          </div>
          <DestinationPicker
            label={t`Destination`}
            value={destination}
            onChange={(to) => change(at, { destination: to })}
            tenant={tenant}
          />
        </fieldset>
      ))}
      <Button
        variant="default"
        size="md"
        mt="xs"
        leftSection={<IconPlus size={16} aria-hidden />}
        onClick={() => onChange([...rules, { pattern: '', destination: '' }])}
      >
        <Trans>Add a rule</Trans>
      </Button>
    </Input.Wrapper>
  );
}

import { Button, Fieldset, Select, Text, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { RowButtons } from '~/features/routing';
import css from './hours.module.css';
import { useDays } from './useDays';
import { DAYS, OFFICE, SPANS, type HoursRow } from './weekly';

interface WeeklyHoursProps {
  value: HoursRow[];
  onChange: (rows: HoursRow[]) => void;
  error?: ReactNode;
}

/** Weekly hours as rows: days, from, to. */
export function WeeklyHours({ value, onChange, error }: WeeklyHoursProps) {
  const { t } = useLingui();
  const days = useDays('long');
  const change = (at: number, part: Partial<HoursRow>) =>
    onChange(value.map((row, index) => (index === at ? { ...row, ...part } : row)));
  return (
    <Fieldset legend={t`Weekly hours`}>
      {value.length === 0 && (
        <Text size="sm" c="dimmed">
          <Trans>Closed all week, unless switched by hand.</Trans>
        </Text>
      )}
      {value.map((row, at) => {
        const choices = [...SPANS, ...DAYS];
        if (!choices.includes(row.days)) choices.push(row.days);
        const number = at + 1;
        return (
          <div key={at} className={css.row} role="group" aria-label={t`Hours ${number}`}>
            <Select
              size="md"
              className={css.days}
              aria-label={t`Days`}
              allowDeselect={false}
              data={choices.map((each) => ({ value: each, label: days(each) }))}
              value={row.days}
              onChange={(next) => next && change(at, { days: next })}
            />
            <TextInput
              size="md"
              type="time"
              className={css.time}
              aria-label={t`From`}
              value={row.from}
              onChange={(event) => change(at, { from: event.currentTarget.value })}
            />
            <TextInput
              size="md"
              type="time"
              className={css.time}
              aria-label={t({ message: 'To', context: 'time' })}
              value={row.to}
              onChange={(event) => change(at, { to: event.currentTarget.value })}
            />
            <RowButtons rows={value} at={at} onChange={onChange} name={t`Hours ${number}`} />
          </div>
        );
      })}
      {error && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert" mb="xs">
          {error}
        </Text>
      )}
      <Button
        variant="default"
        size="md"
        mt="xs"
        leftSection={<IconPlus size={16} aria-hidden />}
        onClick={() => onChange([...value, value.at(-1) ?? OFFICE])}
      >
        <Trans>Add hours</Trans>
      </Button>
    </Fieldset>
  );
}

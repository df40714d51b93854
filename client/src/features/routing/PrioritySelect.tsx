import { Select } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';

const LEVELS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

interface PrioritySelectProps {
  label: string;
  value: number;
  onChange: (priority: number) => void;
  size: 'xs' | 'md';
}

/** Chooses the priority of calls in a queue; `label` is its accessible name. */
export function PrioritySelect({ label, value, onChange, size }: PrioritySelectProps) {
  const { t } = useLingui();
  return (
    <Select
      size={size}
      aria-label={label}
      w="11rem"
      allowDeselect={false}
      data={LEVELS.map((level) => ({
        value: String(level),
        label: level ? t`Priority ${level}` : t`No priority`,
      }))}
      value={String(value)}
      onChange={(next) => onChange(Number(next))}
    />
  );
}

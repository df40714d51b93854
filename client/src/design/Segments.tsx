import { SegmentedControl, type MantineSize } from '@mantine/core';
import css from './segments.module.css';

interface SegmentsProps<T extends string> {
  label: string;
  value: T;
  onChange: (value: T) => void;
  data: { value: T; label: string }[];
  size?: MantineSize;
}

/** Switches between the parts of a tab; wraps where the labels do not fit. */
export function Segments<T extends string>({ label, value, onChange, data, size }: SegmentsProps<T>) {
  return (
    <SegmentedControl
      fullWidth
      size={size}
      transitionDuration={0}
      className={css.segments}
      classNames={{ control: css.control, label: css.label }}
      mb="sm"
      aria-label={label}
      value={value}
      onChange={onChange}
      data={data}
    />
  );
}

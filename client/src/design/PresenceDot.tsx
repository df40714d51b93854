import { VisuallyHidden } from '@mantine/core';
import css from './presence-dot.module.css';

export type Presence = 'available' | 'away' | 'busy' | 'call' | 'offline';

interface PresenceDotProps {
  presence: Presence;
  /** Meaning of the colour, for screen readers and as a tooltip. */
  label: string;
}

/** The dot of the presence slot of `Avatar`. Shapes differ too: colour alone says nothing to many people. */
export function PresenceDot({ presence, label }: PresenceDotProps) {
  return (
    <span className={css.dot} data-presence={presence} title={label}>
      <VisuallyHidden>{label}</VisuallyHidden>
    </span>
  );
}

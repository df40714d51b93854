import { IconUser, type Icon } from '@tabler/icons-react';
import type { CSSProperties, ReactNode } from 'react';
import { hueOf, initialsOf } from './avatar-hue';
import css from './avatar.module.css';

interface AvatarProps {
  /** Name of a person, room or contact; decides the letters and the hue. */
  name: string;
  /** Diameter in px. */
  size?: 24 | 32 | 40 | 56 | 64 | 72 | 96;
  /** Shown instead of letters, for numbers and rooms; also when the name has no letters. */
  icon?: Icon;
  /** A dot or mark at the lower right, such as `PresenceDot`. It has its own text for screen readers. */
  presence?: ReactNode;
}

/** Initials on one of eight soft hues. The name stands beside it, so screen readers skip the letters. */
export function Avatar({ name, size = 40, icon: Shape, presence }: AvatarProps) {
  const initials = Shape ? '' : initialsOf(name);
  const Fallback = Shape ?? IconUser;
  return (
    <span className={css.avatar} style={{ '--avatar-size': `${size / 16}rem` } as CSSProperties}>
      {/* The letters are drawn by the style sheet: as text they would count as part of a button's label. */}
      <span className={css.initials} data-hue={hueOf(name)} data-initials={initials} aria-hidden>
        {!initials && <Fallback className={css.icon} />}
      </span>
      {presence && <span className={css.presence}>{presence}</span>}
    </span>
  );
}

import { IconUser, type Icon } from '@tabler/icons-react';
import type { CSSProperties, ReactNode } from 'react';
import { usePicture } from '~/core/pictures';
import { hueOf, initialsOf } from './avatar-hue';
import css from './avatar.module.css';

interface AvatarProps {
  /** Name of a person, room or contact; decides the letters and the hue. */
  name: string;
  /** Id of the person, extension or contact, or the number, whose picture is shown if there is one. */
  of?: string;
  /** Diameter in px. */
  size?: 24 | 32 | 40 | 56 | 64 | 72 | 96;
  /** Shown instead of letters, for numbers and rooms; also when the name has no letters. */
  icon?: Icon;
  /** A dot or mark at the lower right, such as `PresenceDot`. It has its own text for screen readers. */
  presence?: ReactNode;
}

/** A picture, or initials on one of eight soft hues. The name stands beside it, so screen readers skip both. */
export function Avatar({ name, of, size = 40, icon: Shape, presence }: AvatarProps) {
  const initials = Shape ? '' : initialsOf(name);
  const picture = usePicture(Shape ? undefined : of);
  const Fallback = Shape ?? IconUser;
  return (
    <span className={css.avatar} style={{ '--avatar-size': `${size / 16}rem` } as CSSProperties}>
      {picture && <img className={css.picture} src={picture} alt="" draggable={false} />}
      {/* The letters are drawn by the style sheet: as text they would count as part of a button's label. */}
      <span className={css.initials} data-hue={hueOf(name)} data-initials={initials} aria-hidden>
        {!initials && <Fallback className={css.icon} />}
      </span>
      {presence && <span className={css.presence}>{presence}</span>}
    </span>
  );
}

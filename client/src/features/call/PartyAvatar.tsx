import { usePicture } from '~/core/pictures';
import { initials } from './model';
import css from './remote-party.module.css';

interface PartyAvatarProps {
  title: string;
  number: string;
  ringing?: boolean;
}

/** The remote party in full screen: a picture, or initials. The title stands below it, so screen readers skip both. */
export function PartyAvatar({ title, number, ringing }: PartyAvatarProps) {
  const picture = usePicture(number);
  return (
    <div className={css.avatar} aria-hidden data-ringing={ringing || undefined}>
      {picture ? <img className={css.picture} src={picture} alt="" draggable={false} /> : initials(title) || '#'}
    </div>
  );
}

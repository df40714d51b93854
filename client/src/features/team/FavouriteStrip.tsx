import { useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Avatar } from '~/design/Avatar';
import { useValue } from '~/core/store';
import { colleagues, favourites, restoreFavourites } from '~/features/directory';
import { ColleagueDot } from '~/features/presence';
import css from './team.module.css';

/** Favourite colleagues side by side. Renders nothing without favourites. */
export function FavouriteStrip() {
  const { t } = useLingui();
  const people = useValue(colleagues.state, (each) => each.colleagues);
  const ids = useValue(favourites);
  useEffect(() => void restoreFavourites(), []);
  const shown = ids.map((id) => people.find((each) => each.id === id)).filter((each) => each !== undefined);
  if (shown.length === 0) return null;
  return (
    <ul className={css.favourites} aria-label={t`Favourites`}>
      {shown.map(({ id, name }) => (
        <li key={id}>
          <Link to="/team/$person" params={{ person: id }} search={true} className={css.favourite}>
            <Avatar name={name} of={id} size={64} presence={<ColleagueDot extension={id} />} />
            <span>{name}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

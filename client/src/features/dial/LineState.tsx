import { session } from '~/api/session';
import { useValue } from '~/core/store';
import { StatusChip } from '~/features/status';
import css from './dial.module.css';

/** Own number, and whether this phone rings. As short as the title leaves room for: a longer status must not wrap. */
export function LineStatus() {
  const own = useValue(session, (each) => (each.state === 'in' ? each.me.extensions[0] : undefined));
  return (
    <div className={css.line}>
      <span className={css.own} role="status">
        {own?.number}
      </span>
      <StatusChip />
    </div>
  );
}

import { session } from '~/api/session';
import { useValue } from '~/core/store';
import { StatusChip } from '~/features/status';
import css from './dial.module.css';

/** Own extension, and whether this phone rings. Advice is shown by the shell. */
export function LineStatus() {
  const own = useValue(session, (each) => (each.state === 'in' ? each.me.extensions[0] : undefined));
  return (
    <div className={css.line}>
      <span className={css.own} role="status">
        {own?.number} <span className={css.dimmed}>{own?.name}</span>
      </span>
      <StatusChip />
    </div>
  );
}

import { Skeleton, VisuallyHidden } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import css from './states.module.css';

/** Grey rows where a list is being loaded, of the height of its rows. */
export function SkeletonRows({ rows = 6, avatar = false }: { rows?: number; avatar?: boolean }) {
  return (
    <div role="status">
      <VisuallyHidden>
        <Trans>Loading…</Trans>
      </VisuallyHidden>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className={css.skeleton} aria-hidden>
          {avatar && <Skeleton circle height={40} />}
          <div className={css.lines}>
            <Skeleton height={12} width={`${38 + ((row * 17) % 30)}%`} />
            <Skeleton height={8} width={`${20 + ((row * 11) % 20)}%`} />
          </div>
        </div>
      ))}
    </div>
  );
}

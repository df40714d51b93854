import { Button } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { PAGE_SIZE, type TableState } from './useTable';
import css from './table.module.css';

type Pages = TableState<{ id: string }>['pages'];

/** "1–50 of 230" and the buttons to the pages before and after; nothing for a list of one page. */
export function Pager({ pages: { first, last, total, complete, previous, next } }: { pages: Pages }) {
  const { t } = useLingui();
  if (!previous && !next) return null;
  // The server's pages are shorter than those shown here.
  if (!previous && last < PAGE_SIZE) {
    return (
      <div className={css.pager}>
        <Button variant="default" onClick={next}>
          <Trans>More</Trans>
        </Button>
      </div>
    );
  }
  return (
    <nav className={css.pager} aria-label={t`Pages`}>
      <span className="tabular">
        {complete ? (
          <Trans>
            {first}–{last} of {total}
          </Trans>
        ) : (
          <Trans>
            {first}–{last} of more than {total}
          </Trans>
        )}
      </span>
      <Button variant="default" disabled={!previous} onClick={previous}>
        <Trans>Previous</Trans>
      </Button>
      <Button variant="default" disabled={!next} onClick={next}>
        <Trans>Next</Trans>
      </Button>
    </nav>
  );
}

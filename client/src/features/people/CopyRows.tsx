import { Button, CopyButton } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import css from './people.module.css';

/** Values to enter elsewhere by title, each with a button that copies it. */
export function CopyRows({ rows }: { rows: [string, string][] }) {
  const { t } = useLingui();
  return (
    <dl className={css.logins}>
      {rows.map(([title, value]) => (
        <div key={title} className={css.login}>
          <dt>{title}</dt>
          <dd>
            <span className={css.setting}>{value}</span>
            <CopyButton value={value}>
              {({ copied, copy }) => (
                <Button variant="subtle" flex="none" onClick={copy} aria-label={copied ? t`Copied` : t`Copy ${title}`}>
                  {copied ? <Trans>Copied</Trans> : <Trans>Copy</Trans>}
                </Button>
              )}
            </CopyButton>
          </dd>
        </div>
      ))}
    </dl>
  );
}

import { Button, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { asProblem } from '~/core/problem';
import { problemText } from './problem-messages';
import css from './states.module.css';

/** An error in one line, where its content would stand, with a button that tries again where that is possible. */
export function ErrorBar({ fault, retry }: { fault: unknown; retry?: () => unknown }) {
  const { t } = useLingui();
  if (fault === undefined || fault === null) return null;
  const { title, advice } = problemText(asProblem(fault), t);
  return (
    <div role="alert" className={css.error}>
      <IconAlertTriangle size={20} aria-hidden />
      <Text size="sm" className={css.errorText}>
        <b>{title}</b> {advice}
      </Text>
      {retry && (
        <Button variant="default" size="compact-md" className={css.retry} onClick={() => void retry()}>
          <Trans>Try again</Trans>
        </Button>
      )}
    </div>
  );
}

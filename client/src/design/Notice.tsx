import { Alert, Text } from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { asProblem } from '~/core/problem';
import { problemText } from './problem-messages';

/** What went wrong and what to do, announced to screen readers. Draws nothing without a fault. */
export function ErrorNotice({ fault }: { fault: unknown }) {
  const { t } = useLingui();
  if (fault === undefined || fault === null) return null;
  const problem = asProblem(fault);
  const message = problemText(problem, t);
  return (
    <Alert
      role="alert"
      color="red"
      variant="light"
      icon={<IconAlertTriangle aria-hidden />}
      title={message.title}
      className="notice"
    >
      {message.advice && <Text size="sm">{message.advice}</Text>}
    </Alert>
  );
}

/** Something worth knowing that is no fault. */
export function InfoNotice({ title, children }: { title?: string; children: ReactNode }) {
  return (
    <Alert
      role="status"
      color="harbour"
      variant="light"
      icon={<IconInfoCircle aria-hidden />}
      title={title}
      className="notice"
    >
      {children}
    </Alert>
  );
}

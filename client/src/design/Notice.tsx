import { Alert, Text } from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { asProblem } from '~/core/problem';
import { problemText } from './problem-messages';

/** Error message with advice, announced to screen readers. Renders nothing without an error. */
export function ErrorNotice({ fault }: { fault: unknown }) {
  const { t } = useLingui();
  if (fault === undefined || fault === null) return null;
  const problem = asProblem(fault);
  const message = problemText(problem, t);
  return <AlertNotice title={message.title}>{message.advice && <Text size="sm">{message.advice}</Text>}</AlertNotice>;
}

/** A fault, announced to screen readers at once. */
export function AlertNotice({ title, children }: { title?: string; children: ReactNode }) {
  return (
    <Alert
      role="alert"
      color="red"
      variant="light"
      icon={<IconAlertTriangle aria-hidden />}
      title={title}
      className="notice"
    >
      {children}
    </Alert>
  );
}

/** Information that is not an error. */
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

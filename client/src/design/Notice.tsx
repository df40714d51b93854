import { Alert, Text } from '@mantine/core';
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';
import type { ReactNode } from 'react';
import { asProblem } from '~/kernel/problem';
import { wording } from './wording';

/** What went wrong and what to do, announced to screen readers. Draws nothing without a fault. */
export function Fault({ fault }: { fault: unknown }) {
  const { t } = useLingui();
  if (fault === undefined || fault === null) return null;
  const problem = asProblem(fault);
  const told = wording(problem, t);
  return (
    <Alert
      role="alert"
      color="red"
      variant="light"
      icon={<IconAlertTriangle aria-hidden />}
      title={told.what}
      className="notice"
    >
      {told.todo && <Text size="sm">{told.todo}</Text>}
    </Alert>
  );
}

/** Something worth knowing that is no fault. */
export function Hint({ title, children }: { title?: string; children: ReactNode }) {
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

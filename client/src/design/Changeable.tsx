import { Fieldset } from '@mantine/core';
import type { ReactNode } from 'react';

interface ChangeableProps {
  /** Whether the user may change them. */
  allowed: boolean;
  children: ReactNode;
}

/** Fields and buttons of changes, disabled for users without the permission. Controls that only read stand outside. */
export function Changeable({ allowed, children }: ChangeableProps) {
  return allowed ? (
    children
  ) : (
    <Fieldset variant="unstyled" display="contents" disabled>
      {children}
    </Fieldset>
  );
}

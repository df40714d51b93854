import { Text } from '@mantine/core';
import { Trans } from '@lingui/react/macro';
import type { ReactNode } from 'react';

interface ForgotPasswordProps {
  /** Whether the server sends e-mail; undefined while unknown. */
  mail: boolean | undefined;
  /** The link to the recovery. */
  children: ReactNode;
}

/** The way back in: a link by e-mail, or the administrator where no e-mail is sent. */
export function ForgotPassword({ mail, children }: ForgotPasswordProps) {
  return mail === false ? <AskAdministrator /> : children;
}

export function AskAdministrator() {
  return (
    <Text size="sm">
      <Trans>Forgot your password? Ask your administrator for a new sign-in code.</Trans>
    </Text>
  );
}

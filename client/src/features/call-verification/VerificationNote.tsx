import { Text, type TextProps } from '@mantine/core';
import { IconShieldCheck, IconShieldQuestion, IconShieldX } from '@tabler/icons-react';
import { useLingui } from '@lingui/react/macro';

interface VerificationNoteProps extends TextProps {
  /** As the server states it: "verified" with the attestation, "failed", "unsigned", or empty without a check. */
  verification: string | undefined;
}

/** Says whether the caller may use the number that is shown. */
export function VerificationNote({ verification, ...props }: VerificationNoteProps) {
  const { t } = useLingui();
  const [state, attestation] = (verification ?? '').split(' ');
  if (!state) return null;
  const certain = state === 'verified' && attestation === 'A';
  const Icon = certain ? IconShieldCheck : state === 'failed' ? IconShieldX : IconShieldQuestion;
  return (
    <Text component="span" size="sm" display="inline-flex" style={{ alignItems: 'center', gap: '0.3em' }} {...props}>
      <Icon size={16} aria-hidden />
      {certain
        ? t`Caller verified`
        : state === 'failed'
          ? t`Caller not verified: wrong signature`
          : t`Caller not verified`}
    </Text>
  );
}

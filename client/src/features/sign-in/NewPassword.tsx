import { Progress, Stack, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { PasswordField } from '~/design/PasswordField';
import { MIN_LENGTH, strengthOf, type Strength } from './strength';

export interface NewPasswordValue {
  password: string;
  repeated: string;
}

export const EMPTY_PASSWORD: NewPasswordValue = { password: '', repeated: '' };

export function isUsable({ password, repeated }: NewPasswordValue): boolean {
  return password === repeated && !['short', 'long'].includes(strengthOf(password));
}

interface NewPasswordProps {
  value: NewPasswordValue;
  onChange: (value: NewPasswordValue) => void;
  /** Known facts about the user, which weaken a password. */
  known?: readonly string[];
}

/** New password, entered twice, with a strength meter. */
export function NewPassword({ value, onChange, known = [] }: NewPasswordProps) {
  const { t } = useLingui();
  const [touched, setTouched] = useState(false);
  const differs = touched && value.repeated !== '' && value.repeated !== value.password;
  return (
    <Stack gap="sm">
      <PasswordField
        label={t`New password`}
        description={t`At least ${MIN_LENGTH} characters. A few memorable words work best.`}
        autoComplete="new-password"
        value={value.password}
        onChange={(event) => onChange({ ...value, password: event.currentTarget.value })}
      />
      {value.password !== '' && <StrengthMeter strength={strengthOf(value.password, known)} />}
      <PasswordField
        label={t`Repeat password`}
        autoComplete="new-password"
        error={differs && t`The passwords do not match.`}
        value={value.repeated}
        onChange={(event) => onChange({ ...value, repeated: event.currentTarget.value })}
        onBlur={() => setTouched(true)}
      />
    </Stack>
  );
}

function StrengthMeter({ strength }: { strength: Strength }) {
  const { t } = useLingui();
  const share = { short: 15, long: 15, guessable: 35, fair: 65, good: 100 }[strength];
  const color = { short: 'red', long: 'red', guessable: 'orange', fair: 'yellow', good: 'green' }[strength];
  return (
    <div>
      <Progress value={share} color={color} size="sm" aria-label={t`Password strength`} />
      <Text size="sm" mt={4} role="status">
        {strength === 'short' && <Trans>Too short.</Trans>}
        {strength === 'long' && <Trans>Too long.</Trans>}
        {strength === 'guessable' && <Trans>Easy to guess. Avoid common words and patterns.</Trans>}
        {strength === 'fair' && <Trans>Fair. A longer password is better.</Trans>}
        {strength === 'good' && <Trans>Strong.</Trans>}
      </Text>
    </div>
  );
}

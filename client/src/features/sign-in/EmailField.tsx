import { TextInput } from '@mantine/core';
import { useLingui } from '@lingui/react/macro';

interface EmailFieldProps {
  /** Of the field of a form that password managers fill in. */
  name?: string;
  value: string;
  onChange: (email: string) => void;
}

/** The e-mail address that a user signs in with. */
export function EmailField({ name, value, onChange }: EmailFieldProps) {
  const { t } = useLingui();
  return (
    <TextInput
      type="email"
      name={name}
      label={t`E-mail`}
      autoComplete="username"
      autoCapitalize="off"
      spellCheck={false}
      size="md"
      required
      withAsterisk={false}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

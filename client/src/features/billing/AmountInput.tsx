import { TextInput, type TextInputProps } from '@mantine/core';

/** An amount of money as text, such as 49.90. */
export const AmountInput = (props: TextInputProps) => (
  <TextInput size="md" inputMode="decimal" required autoComplete="off" {...props} />
);

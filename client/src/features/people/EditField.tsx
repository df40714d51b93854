import { Loader, TextInput, type TextInputProps } from '@mantine/core';
import { useState } from 'react';
import { useLingui } from '@lingui/react/macro';
import { asProblem } from '~/core/problem';
import { problemSentences } from '~/design/problem-messages';

interface EditFieldProps extends Omit<TextInputProps, 'value' | 'onChange'> {
  value: string;
  /** Saves the text; if it fails, the text stays in the field. */
  onSave: (text: string) => Promise<unknown>;
  /** Reason why a text cannot be saved. */
  check?: (text: string) => string | null;
}

/** A text that is edited in place: Enter or leaving the field saves it, Escape restores it. */
export function EditField({ value, onSave, check, ...props }: EditFieldProps) {
  const { t } = useLingui();
  const [typed, setTyped] = useState<string>();
  const [error, setError] = useState<string>();
  const [saving, setSaving] = useState(false);
  const save = async () => {
    if (saving) return; // Enter has saved it, and leaving the field follows
    const text = typed?.trim();
    if (text === undefined || text === value) return reset();
    const refused = check?.(text);
    if (refused) return setError(refused);
    setSaving(true);
    try {
      await onSave(text);
      reset();
    } catch (fault) {
      setError(problemSentences(asProblem(fault), t));
    } finally {
      setSaving(false);
    }
  };
  function reset() {
    setTyped(undefined);
    setError(undefined);
  }
  return (
    <TextInput
      size="md"
      dir="auto"
      maw="var(--field-width)"
      autoComplete="off"
      {...props}
      value={typed ?? value}
      error={error}
      readOnly={saving}
      rightSection={saving && <Loader size="xs" />}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={() => void save()}
      onKeyDown={(event) => {
        if (event.key === 'Enter') void save();
        if (event.key === 'Escape' && typed !== undefined) {
          event.stopPropagation();
          reset();
        }
      }}
    />
  );
}

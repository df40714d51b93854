import { Textarea } from '@mantine/core';
import { ErrorNotice } from './Notice';

interface NoteFieldProps {
  label: string;
  description?: string;
  value: string;
  onChange: (value: string) => void;
  maxLength?: number;
  required?: boolean;
  /** Why what was written could not be sent. */
  fault: unknown;
}

/** A text of some lines, such as a reason or a notice, with the error of its form. Line breaks are part of it. */
export function NoteField({ label, description, value, onChange, maxLength = 10000, required, fault }: NoteFieldProps) {
  return (
    <>
      <Textarea
        size="md"
        label={label}
        description={description}
        required={required}
        autosize
        minRows={3}
        maxLength={maxLength}
        dir="auto"
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <ErrorNotice fault={fault} />
    </>
  );
}

import { TextInput } from '@mantine/core';
import { openDialog } from './dialogs';

/** Show a text in a dialog, selected, where the browser does not let the app copy it. */
export function showToCopy({ title, label, text }: { title: string; label: string; text: string }): void {
  openDialog({
    title,
    children: (
      <TextInput
        size="md"
        label={label}
        value={text}
        readOnly
        data-autofocus
        onFocus={(event) => event.currentTarget.select()}
      />
    ),
  });
}

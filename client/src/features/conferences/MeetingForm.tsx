import { Button, NativeSelect, Stack, TextInput } from '@mantine/core';
import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useState, type FormEvent } from 'react';
import type { NewMeeting } from '~/api';
import { closeDialogs } from '~/design/dialogs';
import { ErrorNotice } from '~/design/Notice';
import { localStart, planned } from './planned';

/** Lengths that are offered for a planned meeting, in minutes. */
const LENGTHS = [15, 30, 45, 60, 90, 120, 180];

interface MeetingFormProps {
  /** The values of a meeting that is changed. */
  before?: { name: string; starts: string | null; ends: string | null };
  submitLabel: string;
  submit: (meeting: NewMeeting) => Promise<void>;
}

/** Name and planned time of a meeting, in a dialog. */
export function MeetingForm({ before, submitLabel, submit }: MeetingFormProps) {
  const { t } = useLingui();
  const [initial] = useState(() => localStart(before?.starts, before?.ends));
  const [name, setName] = useState(before?.name ?? '');
  const [starts, setStarts] = useState(initial.starts);
  const [length, setLength] = useState(String(initial.minutes));
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<unknown>();
  const lengths = [...new Set([...LENGTHS, initial.minutes])].sort((a, b) => a - b);
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await submit({ name: name.trim() || t`Meeting`, ...planned(starts, Number(length)) });
      closeDialogs();
    } catch (error) {
      setFault(error);
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void onSubmit(event)}>
      <Stack>
        <ErrorNotice fault={fault} />
        <TextInput
          data-autofocus
          label={t`Name of the meeting`}
          description={t`Colleagues with the link see it.`}
          placeholder={t`Meeting`}
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          size="md"
          type="datetime-local"
          label={t`Planned start`}
          description={before ? undefined : t`Empty: it can be joined at any time, and has no calendar entry.`}
          value={starts}
          onChange={(event) => setStarts(event.currentTarget.value)}
        />
        {starts && (
          <NativeSelect
            size="md"
            label={t`Duration`}
            data={lengths.map((minutes) => ({
              value: String(minutes),
              label: plural(minutes, { one: '# minute', other: '# minutes' }),
            }))}
            value={length}
            onChange={(event) => setLength(event.currentTarget.value)}
          />
        )}
        <Button type="submit" size="md" loading={busy}>
          {submitLabel}
        </Button>
      </Stack>
    </form>
  );
}

import { NativeSelect, Stack, TextInput, UnstyledButton } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { PresenceItem } from '~/api/events';
import { formatDateTime } from '~/design/dates';
import { ErrorNotice } from '~/design/Notice';
import { PresenceDot } from '~/design/PresenceDot';
import { OWN_STATES, STATE_LABELS, STATE_SHAPES } from './messages';
import { proposedEnds, type OwnState } from './model';
import { changeOwnPresence } from './presences';
import css from './presence.module.css';

const MAX_NOTE_LENGTH = 140;

/** Sets the user's state, its end and its note. `presence` is the present one. */
export function PresenceChoice({ presence }: { presence: PresenceItem }) {
  const { t } = useLingui();
  const change = useMutation({ mutationFn: changeOwnPresence });
  const { chosen_state: state, until, note } = presence;
  return (
    <Stack gap="sm">
      <ErrorNotice fault={change.error} />
      <div className={css.states} role="radiogroup" aria-label={t`Presence`}>
        {OWN_STATES.map((each) => (
          <StateButton
            key={each}
            state={each}
            checked={each === state}
            onChoose={() => each !== state && change.mutate({ state: each })}
          />
        ))}
      </div>
      {state !== 'available' && (
        <>
          <EndSelect
            until={until}
            disabled={change.isPending}
            onChange={(end) => change.mutate({ state, until: end?.toISOString(), note })}
          />
          <NoteField
            key={`${state} ${note}`}
            note={note}
            onSave={(text) => text !== note && change.mutate({ note: text })}
          />
        </>
      )}
    </Stack>
  );
}

interface StateButtonProps {
  state: OwnState;
  checked: boolean;
  onChoose: () => void;
}

function StateButton({ state, checked, onChoose }: StateButtonProps) {
  const { t } = useLingui();
  const label = t(STATE_LABELS[state]);
  return (
    <UnstyledButton className={css.state} role="radio" aria-checked={checked} aria-label={label} onClick={onChoose}>
      <span aria-hidden>
        <PresenceDot presence={STATE_SHAPES[state]} label={label} />
      </span>
      <span>{label}</span>
      {checked && <IconCheck className={css.check} size={18} aria-hidden />}
    </UnstyledButton>
  );
}

interface EndSelectProps {
  until: string | null;
  disabled: boolean;
  onChange: (until?: Date) => void;
}

function EndSelect({ until, disabled, onChange }: EndSelectProps) {
  const { t } = useLingui();
  const [ends] = useState(() => proposedEnds(new Date()));
  const labels = {
    'half-hour': t`In 30 minutes`,
    'two-hours': t`In 2 hours`,
    tomorrow: t`Tomorrow at ${formatTime(ends[2]!.until)}`,
  };
  return (
    <NativeSelect
      size="md"
      label={t`Until`}
      disabled={disabled}
      value={until ? 'set' : ''}
      onChange={(event) => onChange(ends.find(({ id }) => id === event.currentTarget.value)?.until)}
      data={[
        { value: '', label: t`Until I change it` },
        ...(until ? [{ value: 'set', label: formatDateTime(until) }] : []),
        ...ends.map(({ id }) => ({ value: id, label: labels[id] })),
      ]}
    />
  );
}

function formatTime(time: Date): string {
  return time.toLocaleTimeString(document.documentElement.lang, { timeStyle: 'short' });
}

function NoteField({ note, onSave }: { note: string; onSave: (text: string) => void }) {
  const { t } = useLingui();
  const [typed, setTyped] = useState(note);
  return (
    <TextInput
      size="md"
      dir="auto"
      label={t`Note for colleagues`}
      placeholder={t`For example: back at one`}
      maxLength={MAX_NOTE_LENGTH}
      autoComplete="off"
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={() => onSave(typed.trim())}
      onKeyDown={(event) => event.key === 'Enter' && onSave(typed.trim())}
    />
  );
}

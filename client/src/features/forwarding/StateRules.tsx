import { NativeSelect, SimpleGrid, Switch, Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useId, useState } from 'react';
import type { Colleague, ForwardingChange, StateProfile } from '~/api';
import { Changeable } from '~/design/Changeable';
import { ErrorNotice } from '~/design/Notice';
import { Greetings, STATE_KINDS } from '~/features/voicemail';
import { DestinationSelect } from './DestinationSelect';
import { RingOrder } from './RingOrder';
import { CONDITIONS, differs, restoring, RING_SECONDS, type Callers, type State } from './model';
import { useConditionTexts } from './texts';

/** Saves changes of forwarding; `undo` takes them back. */
export type SaveForwarding = (changes: ForwardingChange[], undo: ForwardingChange[]) => Promise<unknown>;

export interface StateRulesProps {
  extension: string;
  tenant?: string;
  number: string;
  state: State;
  profile: StateProfile;
  people: readonly Colleague[];
  changeable: boolean;
  onSave: SaveForwarding;
}

/** The rules of one state: destinations, for callers inside and outside together or apart, and the ring time. */
export function StateRules(props: StateRulesProps) {
  const { state, profile, changeable, onSave } = props;
  const { t } = useLingui();
  const [chosen, setChosen] = useState(false);
  const [fault, setFault] = useState<unknown>();
  const apart = chosen || differs(profile);
  const separate = (on: boolean) => {
    setChosen(on);
    setFault(undefined);
    if (on || !differs(profile)) return;
    onSave([{ state, callers: 'outside', ...profile.inside }], restoring(profile, state, 'outside')).catch(setFault);
  };
  return (
    <>
      <ErrorNotice fault={fault} />
      <Changeable allowed={changeable}>
        <Switch
          size="md"
          label={t`Other rules for callers outside`}
          checked={apart}
          onChange={(event) => separate(event.currentTarget.checked)}
        />
        {apart ? (
          <>
            <Rules {...props} callers="inside" title={t`Callers inside`} />
            <Rules {...props} callers="outside" title={t`Callers outside`} />
          </>
        ) : (
          <Rules {...props} callers="all" title={t`All callers`} />
        )}
        <RingTime {...props} />
      </Changeable>
      <RingOrder {...props} />
      <StateGreeting {...props} />
    </>
  );
}

/** The greeting of the mailbox in this state; in the states available and busy that of the occasion is played. */
function StateGreeting({ extension, tenant, state }: StateRulesProps) {
  const kind = STATE_KINDS.find((each) => each === state);
  if (!kind) return null;
  return (
    <div>
      <Text fw={600}>
        <Trans>Mailbox greeting</Trans>
      </Text>
      <Greetings mailbox={extension} tenant={tenant} kinds={[kind]} />
    </div>
  );
}

function Rules({
  callers,
  title,
  number,
  state,
  profile,
  people,
  onSave,
}: StateRulesProps & { callers: Callers; title: string }) {
  const texts = useConditionTexts();
  const id = useId();
  const shown = profile[callers === 'outside' ? 'outside' : 'inside'];
  return (
    <div role="group" aria-labelledby={id}>
      <Text fw={600} id={id} mb="xs">
        {title}
      </Text>
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {CONDITIONS.map((condition) => (
          <DestinationSelect
            key={condition}
            {...texts[condition]}
            number={number}
            people={people}
            inherits={state !== 'available'}
            value={shown[condition]}
            onSave={(destination) =>
              onSave([{ state, callers, [condition]: destination }], restoring(profile, state, callers))
            }
          />
        ))}
      </SimpleGrid>
    </div>
  );
}

function RingTime({ state, profile, onSave }: StateRulesProps) {
  const { t } = useLingui();
  const [fault, setFault] = useState<unknown>();
  const seconds = profile.ring_seconds ?? 0;
  const choices = [...new Set([...RING_SECONDS, ...(seconds ? [seconds] : [])])].sort((a, b) => a - b);
  const save = (value: number) => {
    setFault(undefined);
    onSave([{ state, ring_seconds: value }], [{ state, ring_seconds: seconds }]).catch(setFault);
  };
  return (
    <>
      <NativeSelect
        size="md"
        maw="var(--field-width)"
        label={t`Ring time`}
        value={String(seconds)}
        onChange={(event) => save(Number(event.currentTarget.value))}
        data={[
          { value: '0', label: state === 'available' ? t`Standard` : t`As when available` },
          ...choices.map((each) => ({ value: String(each), label: t`${each} seconds` })),
        ]}
      />
      <ErrorNotice fault={fault} />
      <Text size="sm" c="dimmed">
        <Trans>A call that is not forwarded goes to the mailbox. Without a mailbox the caller hears a tone.</Trans>
      </Text>
    </>
  );
}

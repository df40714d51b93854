import { ActionIcon, Button, Group } from '@mantine/core';
import { IconPencil } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useRef, useState, type SyntheticEvent } from 'react';
import { api, type PublicNumber } from '~/api';
import { asProblem } from '~/core/problem';
import { useChanges } from '~/design/changes';
import { focusFirstField } from '~/design/focus';
import { DestinationPicker, DestinationText, isComplete, type Targets } from '~/features/routing';
import css from './numbers.module.css';

interface DestinationCellProps {
  number: PublicNumber;
  targets: Targets;
  tenant?: string;
}

/** The row opens by a click on itself, not on what is edited in it. */
const stay = (event: SyntheticEvent) => event.stopPropagation();

/** Where the calls to a number lead, edited in place: Save stores it, Escape and Cancel leave it. */
export function DestinationCell({ number, targets, tenant }: DestinationCellProps) {
  const { t } = useLingui();
  const { destination, display } = number;
  const [chosen, setChosen] = useState<string>();
  const button = useRef<HTMLButtonElement>(null);
  const left = useRef(false);
  const changes = useChanges(['numbers']);
  useEffect(() => {
    if (chosen === undefined && left.current) button.current?.focus();
    left.current = chosen !== undefined;
  }, [chosen]);

  const send = (to: string) =>
    api.updateNumber({ path: { number: number.id }, query: { tenant }, body: { destination: to } });
  const leave = () => {
    setChosen(undefined);
    changes.reset();
  };
  const save = (to: string) => {
    if (to === destination) return leave();
    changes.mutate(
      { apply: () => send(to), undo: () => send(destination), message: t`Calls to ${display} lead elsewhere now.` },
      { onSuccess: leave },
    );
  };
  if (chosen === undefined)
    return (
      <span className={css.cell}>
        <DestinationText destination={destination} targets={targets} />
        <ActionIcon
          ref={button}
          variant="subtle"
          size={44}
          aria-label={t`Change the destination of ${display}`}
          onClick={() => setChosen(destination)}
        >
          <IconPencil size={18} aria-hidden />
        </ActionIcon>
      </span>
    );
  return (
    <form
      ref={focusFirstField}
      className={css.editor}
      onClick={stay}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Escape' && !event.defaultPrevented) leave();
      }}
      onSubmit={(event) => {
        event.preventDefault();
        if (isComplete(chosen)) save(chosen);
      }}
    >
      <DestinationPicker
        label={t`Destination of ${display}`}
        value={chosen}
        onChange={setChosen}
        tenant={tenant}
        error={changes.error && asProblem(changes.error).message}
      />
      <Group gap="xs" mt="xs">
        <Button type="submit" size="xs" disabled={!isComplete(chosen)} loading={changes.isPending}>
          <Trans>Save</Trans>
        </Button>
        <Button size="xs" variant="default" onClick={leave}>
          <Trans>Cancel</Trans>
        </Button>
      </Group>
    </form>
  );
}

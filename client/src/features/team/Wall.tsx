import { Button, Kbd, Text, Title, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { IconParking } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect, useMemo, type KeyboardEvent } from 'react';
import type { Colleague } from '~/api';
import { pageTitle } from '~/core/brand';
import { useValue } from '~/core/store';
import { Avatar } from '~/design/Avatar';
import { dragsNumber } from '~/design/number-drag';
import { useTwoPanes } from '~/design/Panes';
import { startCall } from '~/features/call';
import { colleagues, favourites, inDepartment, searchColleagues } from '~/features/directory';
import { retrieveNumber, useParkedCalls } from '~/features/parked';
import { PickUpButton } from '~/features/pickup';
import { ColleagueDot, STATE_SHAPES, usePresence, usePresenceText } from '~/features/presence';
import { phone, type Call } from '~/sip';
import { keyOfTile, tilesOf } from './wall-model';
import css from './wall.module.css';

/** Beside the list of the team while no person is chosen: a tile for each colleague and each parked call, for reception.
 * A tile calls the person, or transfers the current call to them; so do the keys 1 to 9 while the wall has the focus, which
 * a click on its ground gives it. */
export default function Wall() {
  const { t, i18n } = useLingui();
  const shown = useTwoPanes();
  const now = useValue(colleagues.state);
  const ids = useValue(favourites);
  const talking = useValue(phone.state, ({ active }) => (active?.answered && !active.ended ? active : undefined));
  const { tiles, more } = useMemo(
    () => tilesOf(searchColleagues(inDepartment(now.colleagues, now.department), now.search), ids, i18n.locale),
    [now.colleagues, now.department, now.search, ids, i18n.locale],
  );
  useEffect(() => {
    document.title = pageTitle(t`Team`);
  }, [t]);
  if (!shown) return null;
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const tile = keyOfTile(event.key, tiles);
    if (!tile) return;
    event.preventDefault();
    choose(tile, talking);
  };
  return (
    <section className={css.wall} aria-label={t`Reception`} tabIndex={-1} onKeyDown={onKeyDown}>
      <Title order={2} size="h3">
        <Trans>Reception</Trans>
      </Title>
      <Text size="sm" c="dimmed" role="status">
        {talking ? (
          <Trans>Choose who gets the call. Once you have clicked here, the keys 1 to 9 do the same.</Trans>
        ) : (
          <Trans>Choose a person to call. Once you have clicked here, the keys 1 to 9 do the same.</Trans>
        )}
      </Text>
      <ParkedTiles />
      <ul className={css.grid} aria-label={t`Colleagues`}>
        {tiles.map((each, index) => (
          <Tile key={each.id} colleague={each} digit={index < 9 ? index + 1 : undefined} talking={talking} />
        ))}
      </ul>
      {more > 0 && (
        <Text size="sm" c="dimmed">
          <Trans>{more} more: search or choose a department to see them.</Trans>
        </Text>
      )}
    </section>
  );
}

function choose({ number, name }: Colleague, talking: Call | undefined): void {
  if (talking?.number === number) return; // the party of the call itself
  if (talking) talking.transfer(number);
  else void startCall(number, { name });
}

interface TileProps {
  colleague: Colleague;
  /** The key that presses it. */
  digit: number | undefined;
  talking: Call | undefined;
}

function Tile({ colleague, digit, talking }: TileProps) {
  const { t } = useLingui();
  const { id, name, number } = colleague;
  const presence = usePresence(id);
  const text = usePresenceText(id);
  const inThisCall = talking?.number === number;
  const action = inThisCall ? t`In a call` : talking ? t`Transfer to ${name}` : t`Call ${name}`;
  return (
    <li
      className={css.tile}
      data-presence={presence && (presence.ringing ? 'ringing' : STATE_SHAPES[presence.state])}
      draggable
      {...dragsNumber(number)}
    >
      <UnstyledButton
        className={css.main}
        aria-keyshortcuts={digit ? String(digit) : undefined}
        title={action}
        disabled={inThisCall}
        onClick={() => choose(colleague, talking)}
      >
        <VisuallyHidden>{action}, </VisuallyHidden>
        <Avatar name={name} of={id} size={40} presence={<ColleagueDot extension={id} />} />
        <span className={css.name} dir="auto">
          {name}
        </span>
        <span className={css.second} dir="auto">
          {[number, text].filter(Boolean).join(' · ')}
        </span>
        {digit && (
          <Kbd className={css.key} aria-hidden>
            {digit}
          </Kbd>
        )}
      </UnstyledButton>
      {talking && !inThisCall && (
        <Button
          variant="light"
          size="compact-sm"
          aria-label={t`Ask first: ${name}`}
          onClick={() => void phone.call(number, { name })}
        >
          <Trans>Ask first</Trans>
        </Button>
      )}
      {presence?.ringing && <PickUpButton compact extension={id} name={name} />}
    </li>
  );
}

/** Calls that wait in a parking slot. Renders nothing if there are none. */
function ParkedTiles() {
  const { t } = useLingui();
  const calls = useParkedCalls();
  if (calls.length === 0) return null;
  return (
    <ul className={css.grid} aria-label={t`Parked calls`}>
      {calls.map(({ place, caller }) => (
        <li key={place} className={css.tile} data-presence="parked">
          <UnstyledButton className={css.main} onClick={() => void startCall(retrieveNumber(place), { name: caller })}>
            <VisuallyHidden>{t`Retrieve ${caller}`}, </VisuallyHidden>
            <Avatar name="" size={40} icon={IconParking} />
            <span className={css.name} dir="auto">
              {caller}
            </span>
            <span className={css.second}>{t`slot ${place}`}</span>
          </UnstyledButton>
        </li>
      ))}
    </ul>
  );
}

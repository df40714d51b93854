import { Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import type { Colleague } from '~/api';
import { useValue } from '~/core/store';
import { Avatar } from '~/design/Avatar';
import { deviceContacts, restoreDeviceContacts, type DeviceMatch } from '~/features/device-contacts';
import { colleagues, favourites, usePeople } from '~/features/directory';
import { useNumberFormat } from '~/features/phone-numbers';
import { dialled, MAX_SUGGESTIONS, peopleOfPad, setTyped, suggest } from './model';
import css from './pad.module.css';

/** Above the number: matching colleagues and contacts of this device while typing; otherwise four people and the number dialled last. */
export function Suggestions() {
  const { t } = useLingui();
  const { typed, last, recent } = useValue(dialled);
  const people = usePeople();
  const ids = useValue(favourites);
  const book = useValue(deviceContacts, (each) => each.book);
  useEffect(() => void restoreDeviceContacts(), []);
  if (!typed) return <Favourites people={peopleOfPad(people, ids, recent)} last={last} />;
  const found = [...suggest(people, typed), ...book.search(typed, MAX_SUGGESTIONS)].slice(0, MAX_SUGGESTIONS);
  return (
    <div className={css.suggestions} aria-live="polite" aria-label={t`Suggestions`} role="group">
      {found.map((each) => (
        <Suggestion key={`${each.name} ${each.number}`} person={each} chosen={each.number === typed} />
      ))}
    </div>
  );
}

function Suggestion({ person: { name, number }, chosen }: { person: DeviceMatch; chosen: boolean }) {
  const formatted = useNumberFormat();
  const content = (
    <>
      <Avatar name={name} of={number} />
      <Text component="span" className={css.name} fw={chosen ? 600 : undefined}>
        {name}
      </Text>
      <Text component="span" className={css.suggestedNumber}>
        {formatted(number)}
      </Text>
    </>
  );
  return chosen ? (
    <div className={css.suggestion}>{content}</div>
  ) : (
    <UnstyledButton className={css.suggestion} onClick={() => setTyped(number)}>
      {content}
    </UnstyledButton>
  );
}

function Favourites({ people, last }: { people: Colleague[]; last: string }) {
  const { t } = useLingui();
  const formatted = useNumberFormat();
  const name = colleagues.nameOf(last) ?? formatted(last);
  return (
    <div className={css.empty}>
      {people.length > 0 && (
        <ul className={css.favourites} aria-label={t`Favourites`}>
          {people.map((each) => (
            <li key={each.id}>
              <UnstyledButton className={css.favourite} onClick={() => setTyped(each.number)}>
                <Avatar name={each.name} of={each.id} size={56} />
                <VisuallyHidden>{t`Enter ${each.name}`}</VisuallyHidden>
                <span className={css.firstName} aria-hidden>
                  {each.name.split(/\s+/)[0]}
                </span>
              </UnstyledButton>
            </li>
          ))}
        </ul>
      )}
      {last && (
        <UnstyledButton className={css.last} onClick={() => setTyped(last)}>
          <IconHistory size={18} aria-hidden />
          <span>
            <Trans>Last: {name}</Trans>
          </span>
        </UnstyledButton>
      )}
    </div>
  );
}

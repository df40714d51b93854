import { ActionIcon, Text, Title, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { IconBackspace, IconHistory, IconPhone, IconVideo } from '@tabler/icons-react';
import { Trans, useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import { useValue } from '~/core/store';
import { Keypad, startCall } from '~/features/call';
import { colleagues } from '~/features/directory';
import { LineStatus } from './LineState';
import { ParkedCalls } from './ParkedCalls';
import { backspace, dialled, suggest, appendKey, restoreLastNumber, takeDialledNumber, setTyped } from './model';
import css from './dial.module.css';

/** Dial pad; all buttons are in the lower half of the screen. */
export default function Dial() {
  const { t } = useLingui();
  const { typed, last } = useValue(dialled);
  useEffect(() => {
    document.title = `${t`Dial`} · UnifiCX`;
    void restoreLastNumber();
    void colleagues.open();
  }, [t]);
  const call = (video = false) => {
    const number = takeDialledNumber();
    if (number) void startCall(number, { video });
  };
  return (
    <div className={css.dial}>
      <VisuallyHidden>
        <Title order={1}>
          <Trans>Dial</Trans>
        </Title>
      </VisuallyHidden>
      <LineStatus />
      <ParkedCalls />
      <form
        className={css.display}
        onSubmit={(event) => {
          event.preventDefault();
          call();
        }}
      >
        <input
          className={css.number}
          aria-label={t`Number`}
          placeholder={t`Name or number`}
          type="text"
          inputMode="none"
          autoComplete="off"
          autoFocus
          spellCheck={false}
          value={typed}
          data-long={typed.length > 13 || undefined}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Suggestions typed={typed} />
      </form>
      <Keypad onPress={appendKey} onLongZero={() => appendKey('+')} audible />
      <div className={css.actions}>
        <ActionIcon
          variant="light"
          size={56}
          radius="xl"
          aria-label={t`Video call`}
          disabled={!typed}
          onClick={() => call(true)}
        >
          <IconVideo size={26} aria-hidden />
        </ActionIcon>
        <ActionIcon
          className={css.call}
          size={72}
          radius={36}
          aria-label={typed ? t`Call` : t`Redial`}
          disabled={!typed && !last}
          onClick={() => call()}
        >
          <IconPhone size={32} aria-hidden />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={56}
          radius="xl"
          aria-label={t`Delete last digit`}
          disabled={!typed}
          onClick={backspace}
        >
          <IconBackspace size={26} aria-hidden />
        </ActionIcon>
      </div>
    </div>
  );
}

/** Matching colleagues while typing; a tap fills in the number. */
function Suggestions({ typed }: { typed: string }) {
  const people = useValue(colleagues.state, (each) => each.colleagues);
  const last = useValue(dialled, (each) => each.last);
  const suggested = suggest(people, typed);
  if (!typed && last) {
    return (
      <div className={css.suggestions}>
        <UnstyledButton className={css.suggestion} onClick={() => setTyped(last)}>
          <span>
            <IconHistory size={18} aria-hidden /> {colleagues.nameOf(last) ?? <Trans>Last number</Trans>}
          </span>
          <span>{last}</span>
        </UnstyledButton>
      </div>
    );
  }
  return (
    <div className={css.suggestions} aria-live="polite">
      {suggested.map(({ id, name, number }) =>
        number === typed ? (
          <Text key={id} className={css.exactMatch} fw={600}>
            {name}
          </Text>
        ) : (
          <UnstyledButton key={id} className={css.suggestion} onClick={() => setTyped(number)}>
            <span>{name}</span>
            <span>{number}</span>
          </UnstyledButton>
        ),
      )}
    </div>
  );
}

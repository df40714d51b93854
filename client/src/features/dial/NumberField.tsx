import { Text } from '@mantine/core';
import { Trans, useLingui } from '@lingui/react/macro';
import { useLayoutEffect, useRef, type ClipboardEvent, type CSSProperties } from 'react';
import { useValue } from '~/core/store';
import { phoneNumbers, useHomeCountry } from '~/features/phone-numbers';
import { formatTyped, hasLetters, positionAfter } from './numbers';
import { dialled, paste, setTyped } from './model';
import css from './pad.module.css';

const DIALLED_CHARACTERS = /[0-9*#+]/g;

/** The number or name, formatted while typed. Long numbers become smaller. */
export function NumberField() {
  const { t, i18n } = useLingui();
  const { typed, extension } = useValue(dialled);
  const home = useHomeCountry();
  const library = useValue(phoneNumbers, (each) => each.library);
  const { text, country } = formatTyped(typed, library, home);
  const input = useRef<HTMLInputElement>(null);
  const caret = useRef<number>(undefined);
  useLayoutEffect(() => {
    if (caret.current !== undefined) input.current?.setSelectionRange(caret.current, caret.current);
    caret.current = undefined;
  }, [text]);
  const change = (value: string, position: number) => {
    setTyped(value);
    if (hasLetters(value)) return;
    const count = value.slice(0, position).match(DIALLED_CHARACTERS)?.length ?? 0;
    caret.current = positionAfter(formatTyped(dialled.state.typed, library, home).text, count);
  };
  const pasted = (event: ClipboardEvent<HTMLInputElement>) => {
    const { selectionStart, selectionEnd, value } = event.currentTarget;
    const replacesAll = selectionStart === 0 && selectionEnd === value.length;
    const clip = event.clipboardData.getData('text');
    if (!replacesAll || !/\d/.test(clip)) return;
    event.preventDefault();
    void paste(clip);
  };
  const place = country && new Intl.DisplayNames([i18n.locale], { type: 'region' }).of(country);
  return (
    <div className={css.field}>
      <input
        ref={input}
        className={css.number}
        style={{ '--characters': Math.max(text.length, 8) } as CSSProperties}
        aria-label={t`Number`}
        placeholder={t`Name or number`}
        type="text"
        inputMode="none"
        autoComplete="off"
        autoFocus
        data-autofocus
        spellCheck={false}
        value={text}
        onPaste={pasted}
        onChange={(event) => change(event.currentTarget.value, event.currentTarget.selectionEnd ?? 0)}
      />
      {(place || extension) && (
        <Text className={css.hint} size="sm" c="dimmed" role="status">
          {extension ? <Trans>Then press {extension}</Trans> : place}
        </Text>
      )}
    </div>
  );
}

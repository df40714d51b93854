import type { Menu, NewMenu } from '~/api';

/** The keys of a telephone, row by row. */
export const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];

/** Values of the form of a menu. */
export interface MenuValues {
  number: string;
  name: string;
  /** Kind of the prompt: a text that is spoken, or a sound. */
  prompt: 'say' | 'sound';
  say: string;
  sound: string;
  language: '' | 'en' | 'de';
  /** Destination by key. */
  keys: Record<string, string>;
  timeout: number;
  attempts: number;
  otherwise: string;
  direct_dial: boolean;
}

/** The values of a menu, or of a new one with a number that is free. */
export function menuValues(menu: Menu | undefined, number: string): MenuValues {
  if (!menu) {
    return {
      ...{ number, name: '', prompt: 'say', say: '', sound: '', language: '', keys: {} },
      ...{ timeout: 5, attempts: 3, otherwise: 'hangup', direct_dial: false },
    };
  }
  const { name, say, sound, keys, timeout, attempts, otherwise, direct_dial } = menu;
  return {
    ...{ number: menu.number, name, say, sound, keys, timeout, attempts, otherwise, direct_dial },
    prompt: sound ? 'sound' : 'say',
    language: menu.language as MenuValues['language'],
  };
}

/** The values as the API takes them: one prompt, and only keys with a destination. */
export function menuBody({ prompt, say, sound, name, keys, ...values }: MenuValues): NewMenu {
  return {
    ...values,
    name: name.trim(),
    say: prompt === 'say' ? say.trim() : '',
    sound: prompt === 'sound' ? sound : '',
    keys: Object.fromEntries(KEYS.filter((key) => keys[key]).map((key) => [key, keys[key]!])),
  };
}

/** Keys with another destination; "" removes it. */
export function withKey(keys: Record<string, string>, key: string, destination: string): Record<string, string> {
  const { [key]: _, ...others } = keys;
  return destination ? { ...others, [key]: destination } : others;
}

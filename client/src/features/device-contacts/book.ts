import type { parsePhoneNumberFromString } from 'libphonenumber-js/min';
import { keypadDigits } from '~/core/keypad';
import type { DeviceContact } from './vcard';

export interface DeviceMatch {
  name: string;
  /** As it is dialled: E.164 where it could be read. */
  number: string;
}

type Parse = typeof parsePhoneNumberFromString;
const MOST_FOUND = 50;

/** The contacts of this device, by number and by name. `country`: of numbers without a country code. */
export class DeviceBook {
  private readonly byNumber = new Map<string, string>();
  readonly entries: readonly DeviceMatch[];

  constructor(contacts: readonly DeviceContact[], parse?: Parse, country = 'DE') {
    this.entries = contacts.flatMap(({ name, numbers }) =>
      numbers.map((written) => ({ name, number: dialled(written, country, parse) })),
    );
    for (const { name, number } of this.entries) if (!this.byNumber.has(number)) this.byNumber.set(number, name);
  }

  /** The name of a number as calls have it. */
  nameOf(number: string): string | undefined {
    return this.byNumber.get(number);
  }

  /** Contacts that match a typed name or number; digits also stand for the letters of their keys. */
  search(typed: string, most = MOST_FOUND): DeviceMatch[] {
    const wanted = typed.trim().toLowerCase();
    if (!wanted) return [];
    const digits = wanted.replaceAll(/[^0-9]/g, '');
    const isNumber = /^[+0-9*#\s()/-]+$/.test(wanted);
    const found: DeviceMatch[] = [];
    for (const each of this.entries) {
      const words = each.name.toLowerCase().split(/[\s\-.,]+/);
      const matches = isNumber
        ? each.number.includes(digits.replace(/^0+/, '') || digits) ||
          (digits.length > 1 && words.some((word) => keypadDigits(word).startsWith(digits)))
        : each.name.toLowerCase().includes(wanted);
      if (matches) found.push(each);
      if (found.length >= most) break;
    }
    return found;
  }
}

function dialled(written: string, country: string, parse?: Parse): string {
  const parsed = parse?.(written, country as Parameters<Parse>[1] & string);
  return parsed?.isPossible() ? parsed.number : written.replaceAll(/[^0-9*#+]/g, '');
}

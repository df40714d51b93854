import { createStore } from '~/core/store';

/** The used part of `libphonenumber-js`, which is loaded when it is first needed. */
export type PhoneNumbers = Pick<
  typeof import('libphonenumber-js/min'),
  'AsYouType' | 'getCountryCallingCode' | 'isSupportedCountry' | 'parsePhoneNumberFromString'
>;

/** The library, once loaded: until then numbers are shown without groups. */
export const phoneNumbers = createStore<{ library?: PhoneNumbers }>({});

let loading: Promise<PhoneNumbers | undefined> | undefined;

/** Undefined if it cannot be loaded; the next call tries again. */
export function loadPhoneNumbers(): Promise<PhoneNumbers | undefined> {
  loading ??= import('libphonenumber-js/min')
    .then((library) => {
      phoneNumbers.setState(() => ({ library }));
      return library;
    })
    .catch(() => {
      loading = undefined;
      return undefined;
    });
  return loading;
}

export function isInternational(number: string): boolean {
  return /^\+\d{4,}$/.test(number);
}

/**
 * A number as it is written in `country` (ISO 3166): national within its numbering plan, otherwise international.
 * Extensions, feature codes, names and impossible numbers are returned unchanged.
 */
export function formatNumber(number: string, library: PhoneNumbers, country = ''): string {
  if (!isInternational(number)) return number;
  const parsed = library.parsePhoneNumberFromString(number);
  if (!parsed?.isPossible()) return number;
  const own = library.isSupportedCountry(country) ? library.getCountryCallingCode(country) : '';
  return parsed.countryCallingCode === own ? parsed.formatNational() : parsed.formatInternational();
}

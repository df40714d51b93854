import { session } from '~/api/session';
import { tenantSelection } from '~/api/tenant-selection';
import { useValue } from '~/core/store';
import { formatNumber, isInternational, loadPhoneNumbers, phoneNumbers } from './phone-numbers';

/** The country of the organisation (ISO 3166); undefined if it is not known. */
export function useHomeCountry(): string | undefined {
  const selected = useValue(tenantSelection, (each) => each.selected?.country);
  const own = useValue(session, (each) => (each.state === 'in' ? each.me.tenant?.country : undefined));
  return selected ?? own;
}

/**
 * The format of numbers in the country of the organisation, for the screen and for screen readers only: numbers are dialled,
 * copied, searched, exported and compared unchanged. Screens without outside numbers do not load the library.
 */
export function useNumberFormat(): (number: string) => string {
  const home = useHomeCountry();
  const library = useValue(phoneNumbers, (each) => each.library);
  return (number) => {
    if (library) return formatNumber(number, library, home);
    if (isInternational(number)) void loadPhoneNumbers();
    return number;
  };
}

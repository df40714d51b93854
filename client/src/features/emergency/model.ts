import type { Location, NewLocation } from '~/api';

/** Values of the form of a location. */
export type LocationValues = Required<NewLocation['address']> & {
  name: string;
  number: string;
  default: boolean;
  extensions: string[];
};

/** The values of a location, or of a new one in a country. */
export function valuesOf(country: string, location?: Location): LocationValues {
  const { name, number, default: isDefault, extensions, address } = location ?? {};
  return {
    ...{ country, city: '', street: '', house_number: '', postcode: '', region: '' },
    ...{ building: '', storey: '', room: '', note: '' },
    ...address,
    name: name ?? '',
    number: number ?? '',
    default: isDefault ?? false,
    extensions: extensions ?? [],
  };
}

/** The location as it is sent. A default is never taken away: another location becomes it. */
export function bodyOf(values: LocationValues): NewLocation {
  const { name, number, default: isDefault, extensions, ...address } = values;
  return { name, number, extensions, address, ...(isDefault && { default: true }) };
}

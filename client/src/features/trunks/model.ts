import type { NewTrunkWritable, PublicNumber, Route, Trunk, TrunkChangeWritable, TrunkTemplate } from '~/api';

/** Values of the form of a trunk; the password is never shown, and empty keeps it. */
export interface TrunkValues {
  name: string;
  server: string;
  transport: Trunk['transport'];
  registers: boolean;
  username: string;
  auth_username: string;
  password: string;
  domain: string;
  accept_from: string[];
  /** Empty: no limit. */
  max_calls: number | '';
  caller_id_header: Trunk['caller_id_header'];
  number_format: Trunk['number_format'];
  dtmf: Trunk['dtmf'];
  register_seconds: number;
  check_seconds: number;
  sends_location: boolean;
  /** Empty: the key is kept, or there is none. */
  signing_key: string;
  certificate_url: string;
  verification: Trunk['verification'];
}

const EMPTY: TrunkValues = {
  name: '',
  server: '',
  transport: 'udp',
  registers: true,
  username: '',
  auth_username: '',
  password: '',
  domain: '',
  accept_from: [],
  max_calls: '',
  caller_id_header: 'from',
  number_format: 'plus',
  dtmf: 'rfc4733',
  register_seconds: 600,
  check_seconds: 30,
  sends_location: false,
  signing_key: '',
  certificate_url: '',
  verification: 'off',
};

/** The values of a trunk, or of a new one. */
export function valuesOf(trunk?: Trunk): TrunkValues {
  if (!trunk) return EMPTY;
  const { name, server, transport, registers, username, auth_username, domain, accept_from } = trunk;
  const { caller_id_header, number_format, dtmf, register_seconds, check_seconds, sends_location } = trunk;
  const { certificate_url, verification } = trunk;
  return {
    ...{ name, server, transport, registers, username, auth_username, domain, accept_from },
    ...{ caller_id_header, number_format, dtmf, register_seconds, check_seconds, sends_location },
    ...{ certificate_url, verification, signing_key: '' },
    password: '',
    max_calls: trunk.max_calls ?? '',
  };
}

/** The values that a template sets; a name that was typed is kept. */
export function withTemplate(values: TrunkValues, template: TrunkTemplate): TrunkValues {
  const { server, transport, registers, domain, accept_from, caller_id_header, number_format } = template;
  return {
    ...values,
    ...{ server, transport, registers, domain, accept_from, caller_id_header, number_format },
    name: values.name || template.name,
  };
}

export function newTrunk(values: TrunkValues): NewTrunkWritable {
  return { ...values, max_calls: values.max_calls || null };
}

/** The changed values; an empty password or key is kept, an empty limit is removed. */
export function trunkChange(changed: Partial<TrunkValues>): TrunkChangeWritable {
  const { password, max_calls, signing_key, ...rest } = changed;
  const secrets = { ...(password && { password }), ...(signing_key && { signing_key }) };
  return { ...rest, ...secrets, ...(max_calls !== undefined && { max_calls: max_calls || 0 }) };
}

/** The numbers and routes that use a trunk; it can be deleted without any. */
export function usersOf(trunk: Pick<Trunk, 'name'>, numbers: PublicNumber[], routes: Route[]): string[] {
  return [
    ...numbers.filter((each) => each.trunk === trunk.name).map((each) => each.display),
    ...routes.filter((each) => each.trunks.includes(trunk.name)).map((each) => each.name),
  ];
}

import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import type { Trunk, TrunkTest } from '~/api';

export const STATES: Record<Trunk['state'], { text: MessageDescriptor; colour: string }> = {
  registered: { text: msg`Registered`, colour: 'teal' },
  reachable: { text: msg`Reachable`, colour: 'teal' },
  unreachable: { text: msg`Not reachable`, colour: 'red' },
  refused: { text: msg`Rejected`, colour: 'red' },
};

/** Why a trunk is not usable, and what to do. */
const REASONS: Record<Exclude<Trunk['reason'], ''>, MessageDescriptor> = {
  no_answer: msg`The carrier’s server does not answer. Check server and transport.`,
  no_address: msg`The name of the server has no address. Check how it is spelled.`,
  paused: msg`The carrier has asked for a pause. The trunk is used again after it.`,
  credentials: msg`The carrier rejects the user name or the password.`,
  no_registration: msg`The server answers, but the registration has failed. Check user name, password and domain.`,
};

const WAITING = msg`Waiting for the first answer of the carrier.`;

/** Why a trunk is not usable; undefined while it is. */
export function reasonOf({ state, reason }: Pick<Trunk, 'state' | 'reason'>): MessageDescriptor | undefined {
  if (reason) return REASONS[reason];
  return state === 'unreachable' ? WAITING : undefined;
}

/** Findings of a test, with advice. */
export const FINDINGS: Record<TrunkTest['reason'], MessageDescriptor> = {
  '': msg`The trunk works.`,
  rejected: msg`The server answers, but rejects the request. Many carriers do. If calls are rejected too, have the carrier enter the address of this server.`,
  no_address: msg`The name of the server has no address. Check how it is spelled.`,
  no_answer: msg`The server does not answer. Check server, port, transport and firewalls.`,
  no_connection: msg`No connection to the server can be made. Check server, port, transport and firewalls.`,
  no_tls: msg`No TLS connection can be made. Check the port, and that the certificate of the server is valid for its name.`,
  server_error: msg`The server answers with an error. Try again later, then ask the carrier.`,
  wrong_password: msg`The carrier rejects the login. Check user name, password and user name for authentication.`,
  forbidden: msg`The carrier forbids the registration. Check the user name, and whether it is allowed from the address of this server.`,
  unknown_user: msg`The carrier does not know this user. Check user name and domain.`,
  not_registered: msg`The server answers, but the registration does not succeed. Check the domain, then ask the carrier.`,
};

/** Where to find the values of a carrier, by the name of its template. */
export const NOTES: Record<string, MessageDescriptor> = {
  companyflex: msg`Take the server (the outbound proxy, without a port), the registration number as user name, and the user name for authentication from the CompanyFlex portal.`,
  easybell: msg`User name and password are those of the trunk in easybell’s customer portal.`,
  sipgate: msg`User name and password are the SIP-ID and the SIP password of the trunk in sipgate’s customer portal.`,
  telnyx: msg`These are the servers of the region US. User name and password are those of a SIP connection with credentials.`,
  twilio: msg`The server is the termination URI of the trunk, NAME.pstn.twilio.com. User name and password are those of its credential list. For incoming calls, add Twilio’s signalling networks below.`,
};

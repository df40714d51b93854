import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import type { ApiKey, Role, Webhook, WebhookDelivery } from '~/api';
import { PERMISSIONS } from '~/features/roles';

export type Scope = ApiKey['scopes'][number];
export type EventName = Webhook['events'][number];

/** Permissions of a key by scope, without those of `SINGLE_SCOPES`. */
const SCOPES: Partial<Record<Scope, { title: MessageDescriptor; explanation: MessageDescriptor }>> = {
  own: {
    title: msg`Own phone`,
    explanation: msg`Place and control your own calls; your messages, devices and presence.`,
  },
  'directory:read': {
    title: msg`Read the directory`,
    explanation: msg`Names and numbers, rooms, ring groups, queues and menus.`,
  },
  contacts: {
    title: msg`Synchronise contacts`,
    explanation: msg`Your contacts, and company contacts to read, in an address book program (CardDAV).`,
  },
  'contacts:change': {
    title: msg`Synchronise and change company contacts`,
    explanation: msg`As above, and company contacts to change.`,
  },
  'people:read': {
    title: msg`Read people and phones`,
    explanation: msg`Users, extensions, devices and mailboxes with all details.`,
  },
  'people:change': {
    title: msg`Change people and routing`,
    explanation: msg`Create, change and delete users, phones, trunks, numbers, ring groups, queues, menus and hours.`,
  },
  'settings:change': {
    title: msg`Change settings`,
    explanation: msg`Settings of the organisation, outbound routes, limits and webhooks.`,
  },
  'calls:read': { title: msg`See live calls`, explanation: msg`All calls of the organisation while they last.` },
  'calls:control': {
    title: msg`Control live calls`,
    explanation: msg`End and record all calls, and place calls for other extensions.`,
  },
  'history:read': { title: msg`Read the call history`, explanation: msg`Call records of the whole organisation.` },
  'billing:read': { title: msg`Read costs`, explanation: msg`Rate decks, and the cost of calls outside.` },
  'billing:change': { title: msg`Change prices`, explanation: msg`Import rate decks, and rate calls again.` },
  resell: {
    title: msg`Manage customers as a reseller`,
    explanation: msg`Create and suspend organisations of the reseller, and read their totals.`,
  },
  scim: {
    title: msg`Manage accounts as an identity provider`,
    explanation: msg`Create, change and deactivate accounts by SCIM 2.0.`,
  },
  assistant: {
    title: msg`Use as an assistant`,
    explanation: msg`Tools for assistants (MCP) that read what the other permissions allow. Such a key opens nothing else.`,
  },
  'assistant:act': {
    title: msg`Act as an assistant`,
    explanation: msg`As above, and tools that act, such as placing a call.`,
  },
  installation: { title: msg`Manage organisations`, explanation: msg`Create, suspend and delete organisations.` },
};

const OF_USERS: Scope[] = ['own', 'directory:read', 'contacts', 'assistant', 'assistant:act'];
const OF_OPERATORS: Scope[] = ['billing:change', 'installation'];

/** Scopes of one permission of custom roles each. Listening to calls and giving roles are closed to programs. */
const SINGLE_SCOPES = Object.keys(PERMISSIONS).filter(
  (name) => name !== 'calls_monitor' && name !== 'roles_change',
) as Scope[];

/** Title and explanation of a scope. */
export const scopeText = (scope: Scope) =>
  SCOPES[scope] ?? PERMISSIONS[scope] ?? { title: { id: scope, message: scope }, explanation: { id: '', message: '' } };

/** The scopes of one permission that a user with these permissions can give to a key. */
export const singleScopesOf = (may: (permission: string) => boolean): Scope[] => SINGLE_SCOPES.filter(may);

/** The scopes that a user with this role can give to a key. */
export function scopesOf(role: Role): Scope[] {
  if (role === 'user') return OF_USERS;
  return (Object.keys(SCOPES) as Scope[]).filter((scope) => !OF_OPERATORS.includes(scope) || role === 'operator');
}

/** The events that webhooks report. */
export const EVENTS: Record<EventName, MessageDescriptor> = {
  'call.ended': msg`A call has ended`,
  'voicemail.left': msg`A voicemail message was left`,
  'voicemail.changed': msg`A mailbox has changed`,
  'recording.stored': msg`A recording was stored`,
  'recording.changed': msg`Recordings have changed`,
  'person.created': msg`A user was created`,
  'person.suspended': msg`A user was suspended`,
  'person.resumed': msg`A user was resumed`,
  'person.closed': msg`An account was closed`,
  'extension.created': msg`An extension was created`,
  'extension.deleted': msg`An extension was deleted`,
  'device.created': msg`A device was added`,
  'device.revoked': msg`A device was removed`,
  'notice.sent': msg`A notice was sent to an administrator`,
};

const TEST = msg`Test`;

/** The title of an event in a message; undefined for one that this program does not know. */
export function eventTitle(event: string): MessageDescriptor | undefined {
  return event === 'webhook.test' ? TEST : EVENTS[event as EventName];
}

interface WebhookStatus {
  text: MessageDescriptor;
  colour: string;
  /** Why messages do not arrive. */
  reason?: MessageDescriptor;
}

const PAUSED = msg`Paused`;
const PAUSES: Record<Webhook['pause_reason'], WebhookStatus> = {
  '': { text: PAUSED, colour: 'gray' },
  requested: { text: PAUSED, colour: 'gray' },
  failing: { text: PAUSED, colour: 'red', reason: msg`No message was accepted for a day.` },
  gone: { text: PAUSED, colour: 'red', reason: msg`The receiver says that the address is no longer used (410).` },
};

/** State of a webhook. */
export function webhookStatus({ state, pause_reason, failing_since }: Webhook): WebhookStatus {
  if (state === 'paused') return PAUSES[pause_reason];
  return failing_since
    ? {
        text: msg`Failing`,
        colour: 'yellow',
        reason: msg`The receiver does not accept messages. They are tried again.`,
      }
    : { text: msg`Active`, colour: 'teal' };
}

/** Why a receiver did not respond. */
export const FAILURES: Record<NonNullable<WebhookDelivery['failure']>, MessageDescriptor> = {
  no_answer: msg`the receiver did not answer in time`,
  no_address: msg`the name of the receiver has no public address`,
  no_connection: msg`the connection failed`,
  no_tls: msg`the receiver has no valid certificate`,
};

/** State of a message that was not delivered yet. */
export function deliveryState({ dead, attempts }: WebhookDelivery): MessageDescriptor {
  if (dead) return msg`Not delivered`;
  return attempts ? msg`Is tried again` : msg`Waiting`;
}

import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';

/** Kinds of data that an erasure finds, as the server calls them. */
export const ERASED_KINDS: Record<string, MessageDescriptor> = {
  account: msg`Account`,
  sessions: msg`Sign-ins on devices`,
  'API keys': msg`API keys`,
  devices: msg`Logins of phones`,
  extensions: msg`Extensions`,
  password: msg`Password`,
  'second factors': msg`Second factors`,
  'recovery codes': msg`Recovery codes`,
  'acceptances of the terms': msg`Acceptances of the terms`,
  registrations: msg`Addresses of phones`,
  mailboxes: msg`Mailboxes`,
  'mailbox PIN': msg`Mailbox PIN`,
  'caller of messages': msg`Name and number on voicemail messages`,
  'sound files': msg`Recordings, messages and greetings`,
  'party of recordings': msg`Name and number on recordings`,
  'entries of the playback log': msg`Entries of the playback log`,
  'entries of the monitoring log': msg`Entries of the monitoring log`,
  'party of calls': msg`Name and number in call records`,
  'stations of calls': msg`Name and number on the way of calls`,
  'note and forwarding': msg`Note and forwarding`,
  'speed dials': msg`Speed dials`,
  'memberships of groups': msg`Memberships of ring groups`,
  'entries of the block list': msg`Entries of the block list`,
  'rooms as a host': msg`Rooms as a host`,
  'visits as a caller': msg`Name and number on visits to queues`,
  'memberships as an agent': msg`Memberships of queues`,
  'events as an agent': msg`Sign-ins and pauses at queues`,
  'billed calls': msg`Billed calls`,
  'settings of desk phones': msg`Settings of desk phones`,
  'push subscriptions': msg`Push subscriptions`,
  'e-mails not sent yet': msg`E-mails not sent yet`,
  'diagnostics reports': msg`Diagnostics reports`,
  'access copies': msg`Access copies`,
  'names in the audit log': msg`Names in the audit log`,
  'accesses by administrators': msg`Accesses by administrators`,
  consents: msg`Decisions and consents`,
  'e-mails of the last days': msg`E-mails of the last days`,
};

/** Data that stays, by kind. */
export const KEPT_KINDS: Record<string, MessageDescriptor> = {
  account: msg`A random id, to which call records of others refer.`,
  'sound files': msg`Random ids and times of erased sound, which show that it was erased.`,
  'entries of the playback log': msg`Time and purpose of each playback, for the people who were recorded.`,
  'entries of the monitoring log': msg`Time and purpose of listening in, for the people who were heard.`,
  'party of calls': msg`Time, duration and outcome of calls, which belong to the other parties and to billing.`,
  'billed calls': msg`Beginning of the number, time, duration and price of calls outside, without the extension, for billing.`,
  invoices: msg`Invoices to the organisation as they were issued, with the name of their contact, because the law requires it for eight years.`,
  'visits as a caller': msg`Time and outcome of visits to queues, for their statistics.`,
  call: msg`Calls under a hold, without access to them until it is released.`,
  recording: msg`Recordings under a hold, without access to them until it is released.`,
  message: msg`Voicemail messages under a hold, without access to them until it is released.`,
};

/** Ends of what stays, by the server's text. */
export const KEPT_UNTIL: Record<string, MessageDescriptor> = {
  'the tenant is deleted': msg`Until the organisation is deleted.`,
  'the queue is deleted': msg`Until the queue is deleted.`,
  'the recording is erased, or the tenant deleted': msg`Until the recording is erased.`,
  'the period of the call history ends': msg`Until the period of the call history ends.`,
  'three years after the answer': msg`Until three years after the answer.`,
};

import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';

/** Retention classes by key; those that something other than a period ends say what. */
export const RETENTION_CLASSES: Record<string, { title: MessageDescriptor; end?: MessageDescriptor }> = {
  address: { title: msg`Network addresses of calls` },
  history: { title: msg`Call history, queues and monitoring log` },
  message: { title: msg`Messages` },
  report: { title: msg`Help requests` },
  voicemail: { title: msg`Voicemail`, end: msg`until it is deleted, and then as long as it can be restored` },
  recording: { title: msg`Recordings`, end: msg`until they are deleted, and then as long as they can be restored` },
  account: { title: msg`Accounts`, end: msg`as long as the account exists` },
  sign_in: { title: msg`Sign-ins`, end: msg`until the session ends` },
  registration: {
    title: msg`Registrations of devices`,
    end: msg`until the registration expires or is removed`,
  },
  meeting: {
    title: msg`Rooms and meetings`,
    end: msg`as long as the room exists; a meeting until seven days after its planned end, or 90 days after its last participant`,
  },
  request: { title: msg`Requests and inquiries`, end: msg`until three years after the answer` },
  invoice: { title: msg`Invoices`, end: msg`until eight years after the end of the year in which they were issued` },
  live_call: { title: msg`Live calls`, end: msg`as long as the call lasts` },
  audit: { title: msg`Names in the audit log`, end: msg`until three years after the act` },
  technical: { title: msg`Technical data`, end: msg`until it has served its purpose, for seven days at most` },
};

/** The laws that limit periods, as the server quotes them. */
export const RETENTION_LAWS: Record<string, MessageDescriptor> = {
  'TDDDG § 10 (2): traffic data for billing, at most six months after the invoice': msg`TDDDG § 10 (2): traffic data for billing, at most six months after the invoice`,
  '47 CFR § 42.6: records of toll calls, 18 months': msg`47 CFR § 42.6: records of toll calls, 18 months`,
};

/** Kinds of data in the preview, as the server calls them. */
export const ENDING_KINDS: Record<string, MessageDescriptor> = {
  'network addresses of calls': msg`Network addresses of calls`,
  'network addresses of sign-ins': msg`Network addresses of sign-ins`,
  calls: msg`Calls`,
  'messages in conversations': msg`Messages in conversations`,
  'disappearing messages': msg`Disappearing messages`,
  'changes of encrypted groups': msg`Changes of devices in encrypted conversations`,
  invoices: msg`Invoices`,
  'rated calls': msg`Billed calls`,
  'visits to queues': msg`Visits to queues`,
  'events of queue agents': msg`Sign-ins and pauses at queues`,
  'archived recordings': msg`Archived recordings`,
  'entries of the monitoring log': msg`Entries of the monitoring log`,
  'archived messages': msg`Archived voicemail messages`,
  'diagnostics reports': msg`Help requests`,
  'failed webhook messages': msg`Failed webhook messages`,
  notices: msg`Notices`,
  'names in the audit log': msg`Names in the audit log`,
  'accesses by administrators': msg`Accesses by administrators`,
};

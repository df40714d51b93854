import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import type { Breach, Disclosure, PrivacyRequest, RequestStep } from '~/api';

export const REQUEST_KINDS: Record<PrivacyRequest['kind'], MessageDescriptor> = {
  access: msg`Copy of the data`,
  correction: msg`Correction`,
  deletion: msg`Deletion`,
  objection: msg`Objection`,
  portability: msg`Data for another provider`,
  complaint: msg`Complaint`,
  inquiry: msg`Question`,
  technical: msg`Technical problem`,
  abuse: msg`Abuse`,
  authority: msg`Authority`,
  minor: msg`Under 18`,
  breach: msg`Data breach`,
  sign_up: msg`New organisation`,
  review: msg`Review of a suspension`,
};

export const REQUEST_STATES: Record<PrivacyRequest['state'], MessageDescriptor> = {
  received: msg`Identity not proved`,
  proved: msg`Received`,
  in_work: msg`In progress`,
  extended: msg`Extended`,
  answered: msg({ message: 'Answered', context: 'request' }),
  refused: msg`Refused`,
  withdrawn: msg`Withdrawn`,
};

export const REQUEST_STEPS: Record<RequestStep['step'], MessageDescriptor> = {
  prove: msg`Identity proved`,
  begin: msg`Begin`,
  reply: msg`Reply`,
  extend: msg`Extend`,
  answer: msg({ message: 'Answer', context: 'request' }),
  refuse: msg`Refuse`,
  withdraw: msg`Close as withdrawn`,
};

/** Texts of steps in the history that are not taken here. */
const OTHER_STEPS: Record<string, MessageDescriptor> = {
  receive: msg`Received`,
  prove_email: msg`E-mail address proved`,
  inform: msg`People informed`,
  record: msg`Record changed`,
  message: msg`Message of the sender`,
  attach: msg`Attached report`,
  convert: msg`Changed to`,
};

/** The name of a step in the history. */
export function stepText(step: string): MessageDescriptor {
  return OTHER_STEPS[step] ?? REQUEST_STEPS[step as RequestStep['step']];
}

export const DISCLOSED_CATEGORIES: Record<Disclosure['categories'][number], MessageDescriptor> = {
  account: msg`Account: name, number, e-mail address`,
  sign_ins: msg`Sign-ins with network addresses`,
  calls: msg`Call history`,
  voicemail: msg`Messages in the mailbox`,
  recordings: msg`Recordings of calls`,
  messages: msg`Written messages and files`,
};

export const DISCLOSURE_STATES: Record<Disclosure['state'], MessageDescriptor> = {
  proposed: msg`Waits for a second person`,
  approved: msg`Approved`,
  rejected: msg`Rejected`,
};

/** Orders of magnitude of the number of people affected by a breach. */
export const BANDS: Record<Breach['band'], MessageDescriptor> = {
  unknown: msg`Not known yet`,
  '1-9': msg`1 to 9`,
  '10-99': msg`10 to 99`,
  '100-999': msg`100 to 999`,
  '1000+': msg`1000 or more`,
};

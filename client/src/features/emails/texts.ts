import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { EmailItem } from '~/api';

interface StateText {
  text: MessageDescriptor;
  colour: string;
}

/** States of an e-mail. */
export const EMAIL_STATES: Record<EmailItem['state'], StateText> = {
  waiting: { text: msg`Waiting`, colour: 'yellow' },
  deferred: { text: msg`Deferred`, colour: 'yellow' },
  sending: { text: msg`Being sent`, colour: 'yellow' },
  sent: { text: msg`Sent`, colour: 'teal' },
  failed: { text: msg`Failed`, colour: 'red' },
  expired: { text: msg`Not sent in time`, colour: 'gray' },
  unknown: { text: msg`Interrupted`, colour: 'orange' },
  bounced: { text: msg`Returned`, colour: 'red' },
  complained: { text: msg`Called spam`, colour: 'orange' },
};

import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import type { Problem } from '~/core/problem';

interface ProblemText {
  title: string;
  advice: string;
}

/** Error texts by error code. For unknown codes the text of the server is shown. */
const MESSAGES: Record<string, { what: MessageDescriptor; todo: MessageDescriptor }> = {
  unreachable: {
    what: msg`The server does not answer`,
    todo: msg`Look at your network connection. It is tried again by itself.`,
  },
  unauthenticated: { what: msg`That did not sign you in`, todo: msg`Check what you typed and try again.` },
  'too-many': { what: msg`Too many tries`, todo: msg`Wait a little, then try again.` },
  wrong_proof: { what: msg`That was not right`, todo: msg`Check what you typed and try again.` },
  not_proved: { what: msg`That was not right`, todo: msg`Check what you typed and try again.` },
  prove_yourself: {
    what: msg`Show once more that it is you`,
    todo: msg`It is too long ago that you proved it on this device.`,
  },
  session_over: { what: msg`You are not signed in any more`, todo: msg`Sign in again.` },
  ticket_over: { what: msg`That took too long`, todo: msg`Sign in from the beginning.` },
  single_sign_on_failed: {
    what: msg`Your organisation’s sign-in did not let you in`,
    todo: msg`Try again, or ask your administrator.`,
  },
  not_linked: {
    what: msg`Your organisation’s sign-in is not linked to an account here`,
    todo: msg`Sign in another way and link it under Settings, Security; or ask your administrator.`,
  },
  'not-found': { what: msg`That is not there any more`, todo: msg`Go back and look again.` },
  forbidden: { what: msg`You may not do that`, todo: msg`Ask your administrator.` },
  full: { what: msg`The server is full just now`, todo: msg`Try again in a little while.` },
  'our-mistake': {
    what: msg`The server made a mistake`,
    todo: msg`Try again. If it happens again, send a report from Settings, Diagnostics.`,
  },
  mistake: {
    what: msg`Something went wrong here`,
    todo: msg`Reload the page. If it happens again, send a report from Settings, Diagnostics.`,
  },
  sign_in_code_used: {
    what: msg`This code was already used on another device`,
    todo: msg`A code works once. Its owner has been told. Ask for a new one.`,
  },
  sign_in_code_expired: {
    what: msg`This code is no longer valid`,
    todo: msg`Codes work for two minutes. Show a new one and scan it.`,
  },
  not_of_age: { what: msg`UnifiCX is for adults only`, todo: msg`You have to be 18 or older to use it.` },
  acceptance_needed: {
    what: msg`There are new terms`,
    todo: msg`Read them and say yes to go on.`,
  },
  own_password_needed: {
    what: msg`Your password is to be replaced`,
    todo: msg`Choose one of your own to go on.`,
  },
  no_extension: { what: msg`You have no telephone number yet`, todo: msg`Ask your administrator for an extension.` },
};

export function problemText(problem: Problem, t: (text: MessageDescriptor) => string): ProblemText {
  const message = MESSAGES[problem.code];
  return message
    ? { title: t(message.what), advice: t(message.todo) }
    : { title: problem.message, advice: problem.hint };
}

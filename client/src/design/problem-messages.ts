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
    what: msg`The server is not responding`,
    todo: msg`Check your network connection. Trying again automatically.`,
  },
  unauthenticated: { what: msg`Wrong e-mail or password`, todo: msg`Check your entries and try again.` },
  'too-many': { what: msg`Too many attempts`, todo: msg`Wait a moment, then try again.` },
  wrong_proof: { what: msg`Incorrect entry`, todo: msg`Check your entries and try again.` },
  not_proved: { what: msg`Incorrect entry`, todo: msg`Check your entries and try again.` },
  prove_yourself: {
    what: msg`Confirm it’s you`,
    todo: msg`Your last confirmation on this device was too long ago.`,
  },
  session_over: { what: msg`Your session has expired`, todo: msg`Sign in again.` },
  ticket_over: { what: msg`Your sign-in has expired`, todo: msg`Start again.` },
  single_sign_on_failed: {
    what: msg`Single sign-on failed`,
    todo: msg`Try again, or contact your administrator.`,
  },
  not_linked: {
    what: msg`No account is linked to your single sign-on`,
    todo: msg`Sign in another way and link it in Settings > Security, or contact your administrator.`,
  },
  'not-found': { what: msg`Not found`, todo: msg`Go back and refresh.` },
  forbidden: { what: msg`Permission denied`, todo: msg`Contact your administrator.` },
  full: { what: msg`The server is at capacity`, todo: msg`Try again later.` },
  'our-mistake': {
    what: msg`Server error`,
    todo: msg`Try again. If the error persists, send a report from Settings > Diagnostics.`,
  },
  mistake: {
    what: msg`Something went wrong`,
    todo: msg`Reload the page. If the error persists, send a report from Settings > Diagnostics.`,
  },
  sign_in_code_used: {
    what: msg`Code already used on another device`,
    todo: msg`Codes can be used once. The owner has been notified. Request a new code.`,
  },
  sign_in_code_expired: {
    what: msg`Code expired`,
    todo: msg`Codes are valid for two minutes. Show a new code and scan it.`,
  },
  not_of_age: { what: msg`You must be 18 or older`, todo: msg`UnifiCX is available to adults only.` },
  acceptance_needed: {
    what: msg`The terms have changed`,
    todo: msg`Accept the new terms to continue.`,
  },
  own_password_needed: {
    what: msg`Set a new password`,
    todo: msg`Choose a new password to continue.`,
  },
  no_extension: { what: msg`You have no extension yet`, todo: msg`Ask your administrator for an extension.` },
};

export function problemText(problem: Problem, t: (text: MessageDescriptor) => string): ProblemText {
  const message = MESSAGES[problem.code];
  return message
    ? { title: t(message.what), advice: t(message.todo) }
    : { title: problem.message, advice: problem.hint };
}

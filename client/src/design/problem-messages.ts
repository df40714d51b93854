import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import { product } from '~/core/brand';
import type { Problem } from '~/core/problem';

interface ProblemText {
  title: string;
  advice: string;
}

/** Error texts by error code. For unknown codes the text of the server is shown. */
const MESSAGES: Record<string, { title: MessageDescriptor; advice: MessageDescriptor }> = {
  unreachable: {
    title: msg`The server is not responding`,
    advice: msg`Check your network connection, then try again.`,
  },
  unauthenticated: { title: msg`Wrong e-mail or password`, advice: msg`Check your entries and try again.` },
  'too-many': { title: msg`Too many attempts`, advice: msg`Wait a moment, then try again.` },
  wrong_proof: { title: msg`Incorrect entry`, advice: msg`Check your entries and try again.` },
  not_proved: { title: msg`Incorrect entry`, advice: msg`Check your entries and try again.` },
  prove_yourself: {
    title: msg`Confirm it’s you`,
    advice: msg`Your last confirmation on this device was too long ago.`,
  },
  session_over: { title: msg`Your session has expired`, advice: msg`Sign in again.` },
  ticket_over: { title: msg`Your sign-in has expired`, advice: msg`Start again.` },
  single_sign_on_failed: {
    title: msg`Single sign-on failed`,
    advice: msg`Try again, or contact your administrator.`,
  },
  not_linked: {
    title: msg`No account is linked to your single sign-on`,
    advice: msg`Sign in another way and link it in More > Security, or contact your administrator.`,
  },
  support_access_needed: {
    title: msg`The organisation has not allowed support access`,
    advice: msg`Ask one of its administrators: portal, Organisation, Support access.`,
  },
  own_suspension: {
    title: msg`You suspended this account yourself`,
    advice: msg`Another person decides about the review. You can end the suspension without it.`,
  },
  reference_recorded: {
    title: msg`This number is recorded already`,
    advice: msg`Compare it with the payments: each transaction is recorded once.`,
  },
  invoice_not_payable: {
    title: msg`This invoice cannot be paid`,
    advice: msg`It is paid or cancelled, or in another currency.`,
  },
  refund_too_large: {
    title: msg`More than is left of the payment`,
    advice: msg`Enter at most the amount that is not refunded yet.`,
  },
  chat_off: {
    title: msg`Chat is switched off`,
    advice: msg`Your organisation has switched it off. Contact your administrator.`,
  },
  pictures_off: {
    title: msg`Pictures are switched off`,
    advice: msg`Contact your administrator.`,
  },
  changed_meanwhile: {
    title: msg`Someone else has changed this meanwhile`,
    advice: msg`Close it and open it again to see the present state, then repeat your change.`,
  },
  'not-found': { title: msg`Not found`, advice: msg`Go back and refresh.` },
  forbidden: { title: msg`Permission denied`, advice: msg`Contact your administrator.` },
  'too-large': { title: msg`The file is too large`, advice: msg`Send a smaller file.` },
  import_too_large: {
    title: msg`The file is too large`,
    advice: msg`Split the file, and import its parts one after the other.`,
  },
  file_empty: { title: msg`The file is empty`, advice: msg`Choose another file.` },
  file_not_text: {
    title: msg`The file is not readable text`,
    advice: msg`Save it as CSV in UTF-8, and choose it again.`,
  },
  file_titles_missing: {
    title: msg`The first row does not name the columns`,
    advice: msg`Name there at least the columns that are needed, as described above.`,
  },
  file_titles_repeated: { title: msg`Two columns have the same title`, advice: msg`Delete one of them.` },
  file_too_long: {
    title: msg`The file has too many rows`,
    advice: msg`Split the file, and import its parts one after the other.`,
  },
  photo_refused: { title: msg`This photo cannot be sent`, advice: msg`Save it as JPEG or PNG, and attach it again.` },
  quota_exceeded: {
    title: msg`There is no more space for files`,
    advice: msg`Delete messages with files, or contact your administrator.`,
  },
  full: { title: msg`The server is at capacity`, advice: msg`Try again later.` },
  'our-mistake': {
    title: msg`Server error`,
    advice: msg`Try again. If the error persists, send a report from More > Report a problem.`,
  },
  mistake: {
    title: msg`Something went wrong`,
    advice: msg`Reload the page. If the error persists, send a report from More > Report a problem.`,
  },
  sign_in_code_used: {
    title: msg`Code already used on another device`,
    advice: msg`Codes can be used once. The owner has been notified. Request a new code.`,
  },
  sign_in_code_expired: {
    title: msg`Code expired`,
    advice: msg`Codes are valid for two minutes. Show a new code and scan it.`,
  },
  not_of_age: { title: msg`You must be 18 or older`, advice: msg`${product} is available to adults only.` },
  acceptance_needed: {
    title: msg`The terms have changed`,
    advice: msg`Accept the new terms to continue.`,
  },
  account_suspended: {
    title: msg`Your account is suspended`,
    advice: msg`Sign in with your password to see the reason.`,
  },
  consent_required: {
    title: msg`The privacy policy has changed`,
    advice: msg`Read the changes and decide to continue.`,
  },
  own_password_needed: {
    title: msg`Set a new password`,
    advice: msg`Choose a new password to continue.`,
  },
  no_extension: { title: msg`You have no extension yet`, advice: msg`Ask your administrator for an extension.` },
};

/** Of a response without a problem document, as proxies send it. Its own text is English, or empty in HTTP/2. */
function messageOfProxy(status: number) {
  if (status === 403) return MESSAGES.forbidden;
  if (status === 404) return MESSAGES['not-found'];
  if (status === 413) return MESSAGES['too-large'];
  if (status === 429) return MESSAGES['too-many'];
  if (status === 500) return MESSAGES['our-mistake'];
  return status < 500 ? MESSAGES.mistake : { title: MESSAGES.unreachable!.title, advice: msg`Try again later.` };
}

/** Title and advice as sentences, where there is one place for both. */
export function problemSentences(problem: Problem, t: (text: MessageDescriptor) => string): string {
  const { title, advice } = problemText(problem, t);
  return `${title}${/[.!?]$/.test(title) ? '' : '.'} ${advice}`.trim();
}

export function problemText(problem: Problem, t: (text: MessageDescriptor) => string): ProblemText {
  const { code, status } = problem;
  const message = MESSAGES[code] ?? (code === `http_${status}` ? messageOfProxy(status) : undefined);
  return message
    ? { title: t(message.title), advice: t(message.advice) }
    : { title: problem.message, advice: problem.hint };
}

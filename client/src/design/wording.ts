import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import type { Problem } from '~/kernel/problem';

interface Told {
  what: string;
  todo: string;
}

/** Refusals in the reader's language, by the server's code. One that is not here is shown in the server's words. */
const SAID: Record<string, { what: MessageDescriptor; todo: MessageDescriptor }> = {
  unreachable: {
    what: msg`The server does not answer`,
    todo: msg`Look at your network connection. It is tried again by itself.`,
  },
  unauthenticated: { what: msg`That did not sign you in`, todo: msg`Check what you typed and try again.` },
  too_many: { what: msg`Too many tries`, todo: msg`Wait a little, then try again.` },
  sign_in_code_used: {
    what: msg`This code was already used on another device`,
    todo: msg`A code works once. Its owner has been told. Ask for a new one.`,
  },
  sign_in_code_expired: {
    what: msg`This code is no longer valid`,
    todo: msg`Codes work for two minutes. Show a new one and scan it.`,
  },
  not_of_age: { what: msg`UnifiCX is for adults only`, todo: msg`You have to be 18 or older to use it.` },
  no_extension: { what: msg`You have no telephone number yet`, todo: msg`Ask your administrator for an extension.` },
};

export function wording(problem: Problem, t: (text: MessageDescriptor) => string): Told {
  const said = SAID[problem.code];
  return said ? { what: t(said.what), todo: t(said.todo) } : { what: problem.message, todo: problem.hint };
}

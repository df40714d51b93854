import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';

interface TestResult {
  /** The provider is set up correctly, though perhaps not every account is found. */
  works: boolean;
  title: MessageDescriptor;
  advice: MessageDescriptor;
}

/** Results of a test by their code: the account that a sign-in would open, or the step that failed. */
export const TEST_RESULTS: Record<string, TestResult> = {
  own_account: {
    works: true,
    title: msg`Single sign-on works`,
    advice: msg`The provider has signed you in, and your account was found.`,
  },
  other_account: {
    works: true,
    title: msg`Single sign-on works`,
    advice: msg`The provider has signed you in, and the account of another person was found. Were you signed in there as that person?`,
  },
  not_linked: {
    works: true,
    title: msg`The provider works, but your account is not linked`,
    advice: msg`People link their account under Security. Or turn on “Find accounts by e-mail address”.`,
  },
  no_account: {
    works: true,
    title: msg`The provider works, but no account was found`,
    advice: msg`No account has the e-mail address that the provider states. Add the person with this address, or correct it.`,
  },
  no_email: {
    works: true,
    title: msg`The provider works, but states no verified e-mail address`,
    advice: msg`Let it send the claims email and email_verified. If it cannot, people link their account under Security.`,
  },
  authorization: {
    works: false,
    title: msg`The provider has not signed you in`,
    advice: msg`Assign the application to your account at the provider, then test again.`,
  },
  discovery: {
    works: false,
    title: msg`The provider does not answer`,
    advice: msg`Check its address (issuer), and whether the provider is available. Then test again.`,
  },
  token: {
    works: false,
    title: msg`The provider has refused the client ID or the secret`,
    advice: msg`Copy both again from the provider. The secret may have expired there.`,
  },
  keys: {
    works: false,
    title: msg`The keys of the provider cannot be read`,
    advice: msg`Try again later. If it persists, check the address of the provider (issuer).`,
  },
  identity: {
    works: false,
    title: msg`The identity from the provider is not valid`,
    advice: msg`Compare the client ID. Tokens need a signature with a public key, such as RS256 or ES256, and the clocks of both servers have to be right.`,
  },
};

const RETURN = /^#single-sign-on-test=([a-z_]{1,40})$/;

/** Return and clear the result with which the browser has returned from a test, if it has. */
export function takeTestResult(): TestResult | undefined {
  const [, code] = RETURN.exec(location.hash) ?? [];
  if (!code) return undefined;
  history.replaceState(null, '', location.pathname + location.search);
  return TEST_RESULTS[code];
}

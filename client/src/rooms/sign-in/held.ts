import { takeArrival } from '~/kernel/arrival';
import { SIGNING_IN } from '~/kernel/kept';
import { randomText } from '~/kernel/secret';

/**
 * A code on its way: good once, for two minutes, and for the device alone whose secret came with it first. It is kept by
 * this tab until it is used, so that a lost answer or a reload makes no other device of this one.
 */
export interface Held {
  code: string;
  /** 32 random bytes in base64url. */
  secret: string;
  /** Scanned here, by who holds the device. A link may have been followed unawares, and is asked about. */
  meant: boolean;
}

export function hold(code: string, meant: boolean): Held {
  const before = held();
  const next = { code, meant, secret: before?.secret ?? randomText(32) };
  sessionStorage.setItem(SIGNING_IN, JSON.stringify(next));
  return next;
}

export function held(): Held | undefined {
  try {
    const { code, secret, meant } = JSON.parse(sessionStorage.getItem(SIGNING_IN) ?? '{}') as Partial<Held>;
    return code && secret ? { code, secret, meant: meant === true } : undefined;
  } catch {
    return undefined;
  }
}

/** The code a link brought, or the one that is held. */
export function heldOrArrived(): Held | undefined {
  const code = takeArrival('sign-in');
  return code ? hold(code, false) : held();
}

export function letGo(): void {
  sessionStorage.removeItem(SIGNING_IN);
}

import { beforeEach, describe, expect, it, vi } from 'vitest';
import { leaving, setLeaving } from '~/api/leaving';
import { Problem } from '~/core/problem';
import { SignInFlow, type SignInApi } from './sign-in-flow';
import { eventually } from '../../../test/eventually';

const SIGNED = { person_id: 'p', session_id: 's', must_change: false, acceptance_needed: false };
const OPTIONS = { terms_version: '2026-11', policy_version: '2026-11', single_sign_on: [], mail: true };
const NEEDED = { ticket: 'T', kinds: ['totp', 'recovery_code'], expires: '2026-11-24T12:05:00Z' };
const DEVICE = { name: 'Chromium on Linux', kind: 'desktop' as const };

function answers(data: unknown) {
  return vi.fn(async () => ({ data }));
}

function setup(parts: Record<string, unknown> = {}, credential: unknown = { id: 'k' }) {
  const server = {
    proveSecondFactor: answers(SIGNED),
    secondFactorOptions: answers({ challenge: 'c' }),
    changeOwnPassword: answers(undefined),
    acceptTerms: answers(undefined),
    signInOptions: answers(OPTIONS),
    showOwnPolicyState: answers({ standing: 'missing' }),
    passkeySignInOptions: answers({ ticket: 'P', options: { challenge: 'c' } }),
    signInByPasskey: answers(SIGNED),
    ...parts,
  };
  const keys = { supported: true, make: vi.fn(), prove: vi.fn(async () => credential) };
  const arrived = vi.fn(async () => undefined);
  const left = vi.fn(async (): Promise<void> => undefined);
  const entry = new SignInFlow(server as unknown as SignInApi, keys as never, arrived, DEVICE, left);
  return { entry, server, keys, arrived, left, now: () => entry.state.state };
}

/** Two attempts to sign in, of which the first was left by the user; `answer` are the functions that answer them. */
async function twoAttempts() {
  const answer: ((value: unknown) => void)[] = [];
  const proof = vi.fn(() => new Promise((resolve) => void answer.push(resolve)));
  const { entry, left, now } = setup();
  const former = entry.authenticate(proof as never);
  await eventually(() => expect(proof).toHaveBeenCalledOnce());
  await entry.reset();
  const later = entry.authenticate(proof as never);
  await eventually(() => expect(proof).toHaveBeenCalledTimes(2));
  return { answer, former, later, left, now };
}

beforeEach(() => localStorage.clear());

describe('the sign-in flow', () => {
  it('leaves a later version of the policy to the consent step', async () => {
    const { entry, arrived, now } = setup({ showOwnPolicyState: answers({ standing: 'consent' }) });
    await entry.authenticate(async () => ({ data: { ...SIGNED, acceptance_needed: true } as never }));
    expect(arrived).toHaveBeenCalledOnce();
    expect(now().step).toBe('in');
  });

  it('completes after one credential where nothing else is required', async () => {
    const { entry, arrived, now } = setup();
    const proof = vi.fn(async () => ({ data: SIGNED as never }));
    await entry.authenticate(proof);
    expect(proof).toHaveBeenCalledWith({ device: DEVICE, keep: 'cookie' });
    expect(arrived).toHaveBeenCalledOnce();
    expect(now()).toMatchObject({ step: 'in', busy: false, fault: undefined });
  });

  it('reports a failure and can be retried', async () => {
    const { entry, now } = setup();
    const refusal = new Problem('unauthenticated', 401, 'No.');
    await entry.authenticate(async () => Promise.reject(refusal));
    expect(now()).toMatchObject({ step: 'proof', busy: false, fault: refusal });
    await entry.authenticate(async () => ({ data: SIGNED as never }));
    expect(now()).toMatchObject({ step: 'in', fault: undefined });
  });

  it('sends the second factor with the ticket, ignoring spaces', async () => {
    const { entry, server, now } = setup();
    await entry.authenticate(async () => ({ data: NEEDED as never }));
    expect(now().step).toBe('second');
    await entry.proveCode('123 456');
    expect(server.proveSecondFactor).toHaveBeenCalledWith({
      body: { ticket: 'T', totp: '123456', device: DEVICE, keep: 'cookie' },
    });
    expect(now().step).toBe('in');
  });

  it('stays at the second factor after a wrong code and restarts when the ticket has expired', async () => {
    const wrong = new Problem('unauthenticated', 401, 'Wrong.');
    const over = new Problem('ticket_over', 410, 'Over.');
    const proveSecondFactor = vi.fn().mockRejectedValueOnce(wrong).mockRejectedValueOnce(over);
    const { entry, now } = setup({ proveSecondFactor });
    await entry.authenticate(async () => ({ data: NEEDED as never }));
    await entry.proveRecoveryCode(' ab12-cd34 ');
    expect(proveSecondFactor.mock.calls[0]![0].body.recovery_code).toBe('ab12-cd34');
    expect(now()).toMatchObject({ step: 'second', fault: wrong });
    await entry.proveCode('123456');
    expect(now()).toMatchObject({ step: 'proof', fault: over, second: undefined });
  });

  it('signs in by passkey and stays in place when cancelled', async () => {
    const { entry, server, now } = setup();
    await entry.authenticateByPasskey();
    expect(server.signInByPasskey).toHaveBeenCalledWith({
      body: { ticket: 'P', credential: { id: 'k' }, device: DEVICE, keep: 'cookie' },
    });
    expect(now().step).toBe('in');
    const called = setup({}, null);
    await called.entry.authenticateByPasskey();
    expect(called.server.signInByPasskey).not.toHaveBeenCalled();
    expect(called.now()).toMatchObject({ step: 'proof', busy: false, fault: undefined });
  });

  it('accepts a passkey as second factor', async () => {
    const { entry, server } = setup();
    await entry.authenticate(async () => ({ data: NEEDED as never }));
    await entry.provePasskey();
    expect(server.secondFactorOptions).toHaveBeenCalledWith({ body: { ticket: 'T' } });
    expect(server.proveSecondFactor).toHaveBeenCalledWith({
      body: { ticket: 'T', passkey: { id: 'k' }, device: DEVICE, keep: 'cookie' },
    });
  });

  it('replaces a one-time password with the help of the typed one, then asks for consent', async () => {
    const { entry, server, arrived, now } = setup();
    const signed = { ...SIGNED, must_change: true, acceptance_needed: true };
    await entry.authenticate(async () => ({ data: signed as never }), 'once');
    expect(now().step).toBe('password');
    await entry.setPassword('one of my own');
    expect(server.changeOwnPassword).toHaveBeenCalledWith({ body: { current: 'once', password: 'one of my own' } });
    expect(now()).toMatchObject({ step: 'accept', options: OPTIONS });
    expect(arrived).not.toHaveBeenCalled();
    await entry.accept();
    expect(server.acceptTerms).toHaveBeenCalledWith({
      body: { of_age: true, terms_version: '2026-11', policy_version: '2026-11' },
    });
    expect(now().step).toBe('in');
  });

  it('asks for the one-time password where it was not typed', async () => {
    const { entry, server, now } = setup();
    await entry.resume({ ...SIGNED, must_change: true });
    expect(now().step).toBe('password');
    expect(entry.passwordKnown).toBe(false);
    await entry.setPassword('one of my own', 'once');
    expect(server.changeOwnPassword).toHaveBeenCalledWith({ body: { current: 'once', password: 'one of my own' } });
    expect(now().step).toBe('in');
  });

  it('ends the session below the minimum age and stores no answer', async () => {
    const { entry, server, arrived, left, now } = setup();
    await entry.authenticate(async () => ({ data: { ...SIGNED, acceptance_needed: true } as never }));
    await entry.leave();
    expect(server.acceptTerms).not.toHaveBeenCalled();
    expect(left).toHaveBeenCalledOnce();
    expect(now()).toMatchObject({ step: 'refused', fault: undefined });
    expect(arrived).not.toHaveBeenCalled();
  });

  it('says so when the server does not end the session', async () => {
    const { entry, left, now } = setup();
    left.mockImplementation(async () => setLeaving('revoke'));
    vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response(null, { status: 503 }));
    await entry.authenticate(async () => ({ data: { ...SIGNED, acceptance_needed: true } as never }));
    await entry.leave();
    expect(now()).toMatchObject({ step: 'accept', fault: { code: 'unreachable' } });
  });

  it('runs one request at a time', async () => {
    const { entry } = setup();
    let finish: (value: unknown) => void = () => undefined;
    const first = vi.fn(() => new Promise((resolve) => (finish = resolve)));
    const second = vi.fn();
    const done = entry.authenticate(first as never);
    await eventually(() => expect(first).toHaveBeenCalledOnce());
    await entry.authenticate(second as never);
    expect(second).not.toHaveBeenCalled();
    finish({ data: SIGNED });
    await done;
  });

  it('ends an incomplete session on restart', async () => {
    const { entry, left, now } = setup();
    await entry.authenticate(async () => ({ data: { ...SIGNED, acceptance_needed: true } as never }));
    await entry.reset();
    expect(left).toHaveBeenCalledOnce();
    expect(now()).toMatchObject({ step: 'proof', busy: false });
  });

  it('can be restarted while a request hangs, and ends a session that arrives late', async () => {
    let answer: (value: unknown) => void = () => undefined;
    const proveSecondFactor = vi.fn(() => new Promise((resolve) => (answer = resolve)));
    const { entry, arrived, left, now } = setup({ proveSecondFactor });
    await entry.authenticate(async () => ({ data: NEEDED as never }));
    const proved = entry.proveCode('123456');
    await eventually(() => expect(proveSecondFactor).toHaveBeenCalledOnce());
    await entry.reset();
    expect(now()).toMatchObject({ step: 'proof', busy: false });
    expect(left).not.toHaveBeenCalled();
    answer({ data: SIGNED });
    await proved;
    expect(left).toHaveBeenCalledOnce();
    expect(now()).toMatchObject({ step: 'proof', busy: false, fault: undefined });
    expect(arrived).not.toHaveBeenCalled();
  });

  it.each([
    ['before', 0, 1],
    ['after', 1, 0],
  ])('leaves a session that arrives late to a later attempt, which replaces it: %s', async (_, first, second) => {
    const { answer, former, later, left, now } = await twoAttempts();
    answer[first]!({ data: SIGNED });
    await [former, later][first];
    answer[second]!({ data: SIGNED });
    await Promise.all([former, later]);
    expect([left.mock.calls.length, now().step]).toEqual([0, 'in']);
  });

  it.each(['fails', 'needs a second factor'])(
    'ends a session that arrives late if the later attempt %s',
    async (how) => {
      const { answer, former, later, left, now } = await twoAttempts();
      answer[0]!({ data: SIGNED });
      await former;
      expect(left).not.toHaveBeenCalled();
      answer[1]!(how === 'fails' ? Promise.reject(Problem.unreachable()) : { data: NEEDED });
      await later;
      expect([left.mock.calls.length, now().busy]).toEqual([1, false]);
    },
  );

  it('lets a late failure of a former attempt disturb no later one', async () => {
    let fail: (fault: unknown) => void = () => undefined;
    const { entry, now } = setup();
    const proof = vi.fn(() => new Promise((_, reject) => (fail = reject)));
    const former = entry.authenticate(proof as never);
    await eventually(() => expect(proof).toHaveBeenCalledOnce());
    await entry.reset();
    await entry.authenticate(async () => ({ data: NEEDED as never }));
    fail(Problem.unreachable());
    await former;
    expect(now()).toMatchObject({ step: 'second', fault: undefined });
  });

  it('sends no credential before the device is wiped', async () => {
    setLeaving('wipe');
    const { entry, now } = setup();
    const proof = vi.fn(async () => ({ data: { ...SIGNED, stage: leaving() } as never }));
    await entry.authenticate(proof);
    expect(now().step).toBe('in');
    expect(await proof.mock.results[0]!.value).toMatchObject({ data: { stage: 'revoke' } });
  });
});

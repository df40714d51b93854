import { beforeEach, describe, expect, it, vi } from 'vitest';
import { leaving, setLeaving } from '~/api/leaving';
import { SignInFlow } from './sign-in-flow';
import { ssoStartUrl, SignInModel, tenantFromQuery } from './model';

function setup() {
  const signIn = vi.fn(async () => ({ data: { must_change: false, acceptance_needed: false } }));
  const entry = new SignInFlow({} as never, {} as never, async () => undefined, { name: 'x', kind: 'mobile' });
  return { signIn, entry, model: new SignInModel({ signIn } as never, entry) };
}

beforeEach(() => localStorage.clear());

describe('the sign-in page', () => {
  it('trims the address but not the password', async () => {
    const { model, signIn, entry } = setup();
    await model.byPassword(' ada@example.com ', ' a password with spaces ', 'demo');
    expect(signIn).toHaveBeenCalledWith({
      body: {
        email: 'ada@example.com',
        password: ' a password with spaces ',
        tenant: 'demo',
        device: { name: 'x', kind: 'mobile' },
        keep: 'cookie',
      },
    });
    expect(entry.state.state.step).toBe('in');
  });

  it('sends no tenant where none was given', async () => {
    const { model, signIn } = setup();
    await model.byPassword('ada@example.com', 'four plain words');
    expect((signIn.mock.calls as unknown[][])[0]![0]).not.toHaveProperty('body.tenant');
  });

  it('continues with the second factor after a provider returned a ticket', () => {
    const { model, entry } = setup();
    model.handleProviderReturn({ purpose: 'second-factor', code: 'T', kinds: ['totp'] });
    expect(entry.state.state).toMatchObject({ step: 'second', second: { ticket: 'T', kinds: ['totp'] } });
  });

  it('reports why a provider refused', () => {
    const { model, entry } = setup();
    model.handleProviderReturn({ purpose: 'sign-in-failed', code: 'unknown_there' });
    expect(entry.state.state).toMatchObject({ step: 'proof', fault: { code: 'unknown_there' } });
  });
});

it('goes to a provider only after a session that was left has ended: the return would end the new one', async () => {
  const { model, entry } = setup();
  const opened: unknown[] = [];
  const open = (address: string) => void opened.push([address, leaving()]);
  setLeaving('revoke');
  const asked = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('no network'));
  await model.byProvider('demo', open);
  expect(entry.state.state).toMatchObject({ busy: false, fault: { message: 'no network' } });
  expect(opened).toEqual([]);
  asked.mockResolvedValue(new Response(null, { status: 204 }));
  await model.byProvider('demo', open);
  expect(opened).toEqual([['/api/v1/sign-in/sso/demo/start', undefined]]);
});

it('links to the provider of a tenant and nowhere else', () => {
  expect(ssoStartUrl('demo')).toBe('/api/v1/sign-in/sso/demo/start');
  expect(ssoStartUrl('../x')).toBe('/api/v1/sign-in/sso/..%2Fx/start');
});

it.each([
  ['?tenant=demo', 'demo'],
  ['?tenant=%3Cscript%3E', undefined],
  ['', undefined],
])('the tenant of %s is %s', (search, tenant) => {
  expect(tenantFromQuery(search)).toBe(tenant);
});

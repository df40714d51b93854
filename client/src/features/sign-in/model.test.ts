import { beforeEach, describe, expect, it, vi } from 'vitest';
import { api } from '~/api';
import { isLeaving, leaveServer } from '~/api/session';
import { eventually } from '../../../test/eventually';
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

describe('the link to a provider', () => {
  const click = () => ({ preventDefault: vi.fn() });

  it('is followed by the browser', () => {
    const { model } = setup();
    const clicked = click();
    model.byProvider(clicked, 'demo', vi.fn());
    expect(clicked.preventDefault).not.toHaveBeenCalled();
  });

  it('is followed only after a sign-out without an answer is complete: its start would end the new session', async () => {
    const { model, entry } = setup();
    const ended = vi.spyOn(api, 'signOut').mockRejectedValue(new TypeError('no network'));
    await leaveServer();
    const opened: [string, boolean][] = [];
    const open = (address: string) => opened.push([address, isLeaving()]);
    const clicked = click();
    model.byProvider(clicked, 'demo', open);
    await eventually(() => expect(entry.state.state).toMatchObject({ busy: false, fault: { code: 'unreachable' } }));
    expect([clicked.preventDefault.mock.calls.length, opened]).toEqual([1, []]);
    ended.mockResolvedValue({} as never);
    model.byProvider(click(), 'demo', open);
    await eventually(() => expect(opened).toEqual([['/api/v1/sign-in/sso/demo/start', false]]));
  });
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

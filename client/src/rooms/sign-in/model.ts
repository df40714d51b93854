import { api, type SignInOptions } from '~/api';
import { takeArrived } from '~/kernel/arrival';
import { Entry, type Server } from './entry';

type SignInServer = Server & Pick<typeof api, 'signIn'>;

/** Signing in on a page: by password, by passkey, or elsewhere. */
export class SignInModel {
  constructor(
    private readonly server: Pick<SignInServer, 'signIn' | 'signInOptions'> = api,
    readonly entry = new Entry(),
  ) {}

  /** What a provider's sign-in came back with, if that is how we come here. */
  arrive(back = takeArrived('second-factor') ?? takeArrived('sign-in-failed')): void {
    if (back?.errand === 'second-factor') this.entry.goOn(back.code, back.kinds ?? []);
    else if (back) this.entry.failed(back.code);
  }

  byPassword(email: string, password: string, tenant?: string): Promise<void> {
    const body = { email: email.trim(), password, ...(tenant ? { tenant } : {}) };
    return this.entry.enter((who) => this.server.signIn({ body: { ...body, ...who } }), password);
  }

  byPasskey(): Promise<void> {
    return this.entry.enterByPasskey();
  }

  async options(tenant?: string): Promise<SignInOptions> {
    return (await this.server.signInOptions(tenant ? { query: { tenant } } : undefined)).data;
  }
}

/** Where a provider's sign-in of an organisation begins. */
export function elsewhere(slug: string): string {
  return `/api/v1/sign-in/sso/${encodeURIComponent(slug)}/start`;
}

/** The organisation a link to the sign-in names: `?tenant=demo`. */
export function tenantOf(search: string): string | undefined {
  const named = new URLSearchParams(search).get('tenant') ?? '';
  return /^[A-Za-z0-9._-]{1,64}$/.test(named) ? named : undefined;
}

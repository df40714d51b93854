import { api } from '~/api';
import { takeDeepLink } from '~/core/deep-link';
import { SignInFlow } from './sign-in-flow';

/** Sign-in page: password, passkey or single sign-on. */
export class SignInModel {
  constructor(
    private readonly server: Pick<typeof api, 'signIn'> = api,
    readonly flow = new SignInFlow(),
  ) {}

  /** Handle the return from a provider, if any. */
  handleProviderReturn(
    link = takeDeepLink('second-factor') ?? takeDeepLink('suspended') ?? takeDeepLink('sign-in-failed'),
  ): void {
    if (link?.purpose === 'second-factor') this.flow.continueWithTicket(link.code, link.kinds ?? []);
    else if (link?.purpose === 'suspended') this.flow.showSuspension(link.code);
    else if (link) this.flow.setFailure(link.code);
  }

  byPassword(email: string, password: string, tenant?: string): Promise<void> {
    const body = { email: email.trim(), password, ...(tenant ? { tenant } : {}) };
    return this.flow.authenticate((who) => this.server.signIn({ body: { ...body, ...who } }), password);
  }

  byPasskey(): Promise<void> {
    return this.flow.authenticateByPasskey();
  }

  /** Go on to a provider. */
  byProvider(slug: string, open = (address: string) => location.assign(address)): Promise<void> {
    return this.flow.leaveForProvider(() => open(ssoStartUrl(slug)));
  }
}

/** Start URL of a tenant's single sign-on. */
export function ssoStartUrl(slug: string): string {
  return `/api/v1/sign-in/sso/${encodeURIComponent(slug)}/start`;
}

/** The tenant named in the link: `?tenant=demo`. */
export function tenantFromQuery(search: string): string | undefined {
  const named = new URLSearchParams(search).get('tenant') ?? '';
  return /^[A-Za-z0-9._-]{1,64}$/.test(named) ? named : undefined;
}

import { api, type InvitedPerson } from '~/api';
import { createStore } from '~/core/store';
import { asProblem } from '~/core/problem';
import { SignInFlow, type SignInApi } from './sign-in-flow';

/** `none`: no code given. `over`: used or expired. */
export type InvitationState =
  | { status: 'looking' }
  | { status: 'none' }
  | { status: 'over' }
  | { status: 'unknown'; fault: unknown }
  | ({ status: 'here' } & InvitedPerson);

type InvitationApi = Pick<typeof api, 'lookAtInvitation' | 'acceptInvitation'> & Pick<SignInApi, 'signInOptions'>;

/** Accepts an invitation: password, age confirmation and terms. */
export class InvitationModel {
  readonly state = createStore<InvitationState>({ status: 'looking' });
  readonly versions = createStore<{ terms_version: string; policy_version: string } | undefined>(undefined);

  constructor(
    private readonly code: string,
    private readonly server: InvitationApi = api,
    readonly flow = new SignInFlow(),
  ) {}

  async load(): Promise<void> {
    if (!this.code) return this.state.setState(() => ({ status: 'none' }));
    this.state.setState(() => ({ status: 'looking' }));
    try {
      const [{ data }, options] = await Promise.all([
        this.server.lookAtInvitation({ body: { code: this.code } }),
        this.server.signInOptions(),
      ]);
      this.versions.setState(() => options.data);
      this.state.setState(() => ({ status: 'here', ...data }));
    } catch (fault) {
      const over = asProblem(fault).status === 410;
      this.state.setState(() => (over ? { status: 'over' } : { status: 'unknown', fault }));
    }
  }

  async accept(password: string): Promise<void> {
    const versions = this.versions.state;
    if (!versions) return;
    const { terms_version, policy_version } = versions;
    await this.flow.authenticate((context) =>
      this.server.acceptInvitation({
        body: { code: this.code, password, of_age: true, terms_version, policy_version, ...context },
      }),
    );
    const { fault } = this.flow.state.state;
    if (fault !== undefined && asProblem(fault).status === 410) this.state.setState(() => ({ status: 'over' }));
  }
}

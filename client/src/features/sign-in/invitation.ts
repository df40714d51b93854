import { api, type InvitedPerson } from '~/api';
import { createStore } from '~/core/store';
import { asProblem } from '~/core/problem';
import { SignInFlow, type SignInApi } from './sign-in-flow';

/** `none`: no code was brought. `over`: it was used or is too old. */
export type InvitationState =
  | { is: 'looking' }
  | { is: 'none' }
  | { is: 'over' }
  | { is: 'unknown'; fault: unknown }
  | ({ is: 'here' } & InvitedPerson);

type InvitationApi = Pick<typeof api, 'lookAtInvitation' | 'acceptInvitation'> & Pick<SignInApi, 'signInOptions'>;

/** From an invitation to being in: who is invited, a password, age and the yes to the terms. */
export class InvitationModel {
  readonly state = createStore<InvitationState>({ is: 'looking' });
  readonly versions = createStore<{ terms_version: string; policy_version: string } | undefined>(undefined);

  constructor(
    private readonly code: string,
    private readonly server: InvitationApi = api,
    readonly flow = new SignInFlow(),
  ) {}

  async load(): Promise<void> {
    if (!this.code) return this.state.setState(() => ({ is: 'none' }));
    this.state.setState(() => ({ is: 'looking' }));
    try {
      const [{ data }, options] = await Promise.all([
        this.server.lookAtInvitation({ body: { code: this.code } }),
        this.server.signInOptions(),
      ]);
      this.versions.setState(() => options.data);
      this.state.setState(() => ({ is: 'here', ...data }));
    } catch (fault) {
      const over = asProblem(fault).status === 410;
      this.state.setState(() => (over ? { is: 'over' } : { is: 'unknown', fault }));
    }
  }

  async accept(password: string, ofAge: boolean): Promise<void> {
    const versions = this.versions.state;
    if (!versions) return;
    const { terms_version, policy_version } = versions;
    await this.flow.authenticate((context) =>
      this.server.acceptInvitation({
        body: { code: this.code, password, of_age: ofAge, terms_version, policy_version, ...context },
      }),
    );
    const { fault } = this.flow.state.state;
    if (fault !== undefined && asProblem(fault).status === 410) this.state.setState(() => ({ is: 'over' }));
  }
}

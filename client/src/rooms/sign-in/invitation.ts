import { api, type InvitedPerson } from '~/api';
import { createStore } from '~/kernel/store';
import { asProblem } from '~/kernel/problem';
import { Entry, type Server } from './entry';

/** `none`: no code was brought. `over`: it was used or is too old. */
export type Invited =
  | { is: 'looking' }
  | { is: 'none' }
  | { is: 'over' }
  | { is: 'unknown'; fault: unknown }
  | ({ is: 'here' } & InvitedPerson);

type InvitationServer = Pick<typeof api, 'lookAtInvitation' | 'acceptInvitation'> & Pick<Server, 'signInOptions'>;

/** From an invitation to being in: who is invited, a password, age and the yes to the terms. */
export class InvitationModel {
  readonly invited = createStore<Invited>({ is: 'looking' });
  readonly versions = createStore<{ terms_version: string; policy_version: string } | undefined>(undefined);

  constructor(
    private readonly code: string,
    private readonly server: InvitationServer = api,
    readonly entry = new Entry(),
  ) {}

  async look(): Promise<void> {
    if (!this.code) return this.invited.setState(() => ({ is: 'none' }));
    this.invited.setState(() => ({ is: 'looking' }));
    try {
      const [{ data }, options] = await Promise.all([
        this.server.lookAtInvitation({ body: { code: this.code } }),
        this.server.signInOptions(),
      ]);
      this.versions.setState(() => options.data);
      this.invited.setState(() => ({ is: 'here', ...data }));
    } catch (fault) {
      const over = asProblem(fault).status === 410;
      this.invited.setState(() => (over ? { is: 'over' } : { is: 'unknown', fault }));
    }
  }

  async accept(password: string, ofAge: boolean): Promise<void> {
    const versions = this.versions.state;
    if (!versions) return;
    const { terms_version, policy_version } = versions;
    await this.entry.enter((who) =>
      this.server.acceptInvitation({
        body: { code: this.code, password, of_age: ofAge, terms_version, policy_version, ...who },
      }),
    );
    const { fault } = this.entry.state.state;
    if (fault !== undefined && asProblem(fault).status === 410) this.invited.setState(() => ({ is: 'over' }));
  }
}

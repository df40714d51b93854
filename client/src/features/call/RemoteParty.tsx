import { useValue } from '~/core/store';
import { Faces } from '~/features/conferences';
import type { Call } from '~/sip';
import { ConnectedNotice } from './ConnectedNotice';
import { PartyAvatar } from './PartyAvatar';
import { useCallStatus } from './useCallStatus';
import { useRemoteParty } from './useRemoteParty';
import { useRoom } from './useRoom';
import css from './remote-party.module.css';

/** The other party of a call in full screen, and the state of the call. */
export function RemoteParty({ call, compact }: { call: Call; compact: boolean }) {
  const phase = useValue(call.state, (each) => each.phase);
  const { title, number } = useRemoteParty(call);
  const { status, clock } = useCallStatus(call);
  const room = useRoom(call);
  const avatar = <PartyAvatar title={title} number={call.number} ringing={phase === 'ringing'} />;
  return (
    <div className={css.remoteParty} data-party data-compact={compact || undefined}>
      {!compact && (room ? <Faces room={room.id} fallback={avatar} /> : avatar)}
      {/* Focus the title, not a button: Space mutes. */}
      <h2 className={css.title} tabIndex={-1} data-autofocus>
        {title}
      </h2>
      {number && !compact && <p className={css.number}>{number}</p>}
      {/* A screen reader reads each change of the state, and no seconds. */}
      <p className={css.state}>
        <span role="status">{status}</span>
        {!status && clock}
      </p>
      {status && clock && <p className={css.clock}>{clock}</p>}
      <ConnectedNotice call={call} />
    </div>
  );
}

/** Parts of JsSIP that it does not publish. */
import 'jssip/lib/RTCSession';

declare module 'jssip/lib/RTCSession' {
  interface RTCSessionEventMap {
    /** Emitted by `jssip.ts`. */
    requestpending: () => void;
  }

  interface RTCSession {
    readonly _dialog?: { uac_pending_reply: boolean };
    _localHold: boolean;
    /** Return the offer with the directions of a hold. */
    _mangleOffer(sdp: string): string;
    /** Mute what is sent, and emit `hold`. */
    _onhold(originator: 'local' | 'remote'): void;
  }
}

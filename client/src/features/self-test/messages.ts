import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { CheckName, FailureReason } from './model';

interface CheckMessages {
  title: MessageDescriptor;
  /** Shown while the check runs, or as a question. */
  running: MessageDescriptor;
  ok: MessageDescriptor;
}

export const CHECK_MESSAGES: Record<CheckName, CheckMessages> = {
  permission: {
    title: msg`Notifications`,
    running: msg`When UnifiCX is closed, a notification is what rings. It shows no name and no number. Your device asks you next whether UnifiCX may show notifications.`,
    ok: msg`UnifiCX may show that somebody calls.`,
  },
  push: {
    title: msg`Waking from sleep`,
    running: msg`A test message is sent to this device…`,
    ok: msg`The test message came.`,
  },
  registration: {
    title: msg`Connection to the PBX`,
    running: msg`Is the phone known to the PBX?`,
    ok: msg`The PBX knows this phone.`,
  },
  microphone: {
    title: msg`Microphone`,
    running: msg`Say something: the bar moves when the microphone hears you. Nothing is sent or kept.`,
    ok: msg`The microphone hears you.`,
  },
  speaker: {
    title: msg`Speaker`,
    running: msg`Three notes are played. Do you hear them?`,
    ok: msg`You heard the notes.`,
  },
  call: {
    title: msg`Test call`,
    running: msg`The PBX calls this device, and the call is answered by itself…`,
    ok: msg`It rang, and sound went both ways.`,
  },
};

/** Failure texts with advice. */
export const REASON_MESSAGES: Record<FailureReason, MessageDescriptor> = {
  unsupported: msg`This browser shows no notifications. On an iPhone or iPad, add UnifiCX to the Home Screen first (Share, then “Add to Home Screen”) and open it from there.`,
  refused: msg`It was refused. Allow it for this page in the settings of your browser or device, then test again.`,
  'not-now': msg`Not now. Calls ring only while UnifiCX is open.`,
  'no-permission': msg`Left out: notifications are not allowed.`,
  'no-worker': msg`The background part of UnifiCX does not run. Reload the page; private windows do not have it.`,
  'no-answer': msg`The browser’s push service does not answer. Try again later, or in another network.`,
  'no-service': msg`The browser’s push service refused. Private windows and some browsers have none.`,
  server: msg`The server did not answer as it should. Try again in a minute.`,
  'not-sent': msg`The push service did not take the message. Ask your administrator whether the server reaches the Internet.`,
  'not-seen': msg`The message was sent but did not come. Look whether a battery saver keeps the browser asleep, or do not disturb is on.`,
  elsewhere: msg`UnifiCX is open in another window, and that one rings. Close it, or take over the phone here.`,
  'not-registered': msg`The phone has no connection to the PBX. Look at your network and test again.`,
  'not-known': msg`The phone believes to be connected, but the PBX does not see it. Reload the page.`,
  'no-extension': msg`You have no telephone number yet. Ask your administrator for an extension.`,
  missing: msg`No microphone was found. Plug one in and test again.`,
  busy: msg`Another program uses the microphone. Close it and test again.`,
  insecure: msg`Browsers give the microphone to secure pages only: open UnifiCX by https.`,
  silent: msg`Nothing was heard. Look whether the microphone is muted, or choose another in the settings.`,
  'not-heard': msg`Turn up the volume, look whether headphones are connected, or choose another speaker in the settings.`,
  'not-called-back': msg`The PBX did not call back. Calls from others may not ring either; ask your administrator.`,
  'in-a-call': msg`Left out: a call is going on.`,
  'no-sound': msg`It rang, but no sound came through. A firewall may be in the way; try another network and tell your administrator.`,
};

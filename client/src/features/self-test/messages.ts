import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { product } from '~/core/brand';
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
    running: msg`When ${product} is closed, incoming calls ring as notifications, without name or number. Your device will ask for permission next.`,
    ok: msg`${product} may show incoming calls.`,
  },
  push: {
    title: msg`Wake-up`,
    running: msg`Sending a test message to this device…`,
    ok: msg`Test message received.`,
  },
  registration: {
    title: msg`Connection to the phone system`,
    running: msg`Checking the registration…`,
    ok: msg`This phone is registered.`,
  },
  microphone: {
    title: msg`Microphone`,
    running: msg`Say something. The bar moves when the microphone picks up your voice. Nothing is sent or stored.`,
    ok: msg`The microphone works.`,
  },
  speaker: {
    title: msg`Speaker`,
    running: msg`Can you hear the test tones?`,
    ok: msg`The speaker works.`,
  },
  call: {
    title: msg`Test call`,
    running: msg`The phone system is calling this device. The call is answered automatically…`,
    ok: msg`The call rang, with audio in both directions.`,
  },
};

/** Failure texts with advice. */
export const REASON_MESSAGES: Record<FailureReason, MessageDescriptor> = {
  unsupported: msg`This browser does not support notifications. On an iPhone or iPad, first add ${product} to the Home Screen (Share, then “Add to Home Screen”) and open it from there.`,
  refused: msg`Permission denied. Allow notifications for this page in your browser or device settings, then test again.`,
  'not-now': msg`Skipped. Calls ring only while ${product} is open.`,
  'no-permission': msg`Skipped: notifications are not allowed.`,
  'no-worker': msg`The background service is not running. Reload the page. It is not available in private windows.`,
  'no-answer': msg`The browser’s push service is not responding. Try again later or on another network.`,
  'no-service': msg`The browser’s push service rejected the request. It is not available in private windows and some browsers.`,
  server: msg`The server returned an error. Try again in a minute.`,
  'not-sent': msg`The push service did not accept the message. Ask your administrator whether the server has Internet access.`,
  'not-seen': msg`The message was sent but not received. Check whether battery saving or “Do not disturb” is active.`,
  elsewhere: msg`${product} is open in another window, which rings instead. Close it, or use this window.`,
  'not-registered': msg`No connection to the phone system. Check your network and test again.`,
  'not-known': msg`The phone appears connected, but is not registered. Reload the page.`,
  'no-extension': msg`You have no extension yet. Contact your administrator.`,
  missing: msg`No microphone found. Connect one and test again.`,
  busy: msg`The microphone is in use by another program. Close it and test again.`,
  insecure: msg`The microphone requires a secure connection. Open ${product} over https.`,
  silent: msg`No sound detected. Check whether the microphone is muted, or select another one in the settings.`,
  'not-heard': msg`Turn up the volume, check for connected headphones, or select another speaker in the settings.`,
  'not-called-back': msg`The phone system did not call back. Other calls may not ring either. Contact your administrator.`,
  'in-a-call': msg`Skipped: a call is active.`,
  'no-sound': msg`The call rang, but there was no audio. A firewall may be blocking it. Try another network and inform your administrator.`,
};

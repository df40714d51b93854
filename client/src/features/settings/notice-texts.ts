import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { NoticeSwitch, OwnNotice } from '~/api';

/** Names of the notices; those that reach people without an account only are not shown. */
export const NOTICE_TEXTS: Record<OwnNotice['kind'], MessageDescriptor> = {
  voicemail: msg`New voicemail`,
  voicemail_sound: msg`New voicemail`,
  meeting_invitation: msg`Invitations to meetings`,
  meeting_changed: msg`Invitations to meetings`,
  meeting_cancelled: msg`Invitations to meetings`,
  message: msg`New chat messages`,
  invitation: msg`Invitation to set up the account`,
  recovery: msg`Link to reset the password`,
  sign_up: msg`Link to set up an organisation`,
  new_device: msg`New device signed in`,
  device_given: msg`New device login for your extension`,
  code_tried_again: msg`Sign-in code used twice`,
  session_theft: msg`Session ended for your security`,
  password_changed: msg`Password changed`,
  factor_changed: msg`Two-step verification changed`,
  recovery_used: msg`Recovery code used`,
  api_key_created: msg`New API key`,
  emergency_call: msg`Emergency call in the organisation`,
  emergency_call_answered: msg`Emergency call was answered`,
  emergency_call_unanswered: msg`Emergency call was not answered`,
  calls_stopped: msg`Calls outside stopped by a limit`,
  tenant_closing: msg`Your organisation is closed`,
  payment_disputed: msg`A payment by card is disputed`,
  refund_failed: msg`A refund by card has failed`,
  credit_low: msg`Credit for calls outside is low`,
  trial_ends: msg`The trial ends soon`,
  trial_ended: msg`The trial has ended`,
  storage_low: msg`Space for files is nearly used up`,
  policy_changed: msg`The privacy policy has changed`,
  tenant_moved: msg`The organisation has moved to another installation`,
  privacy_request: msg`Request about personal data to answer`,
  suspended: msg`Account suspended`,
  resumed: msg`Suspension ended`,
  closing: msg`Your account will be erased`,
  tenant_suspended: msg`Organisation suspended`,
  tenant_resumed: msg`Suspension of an organisation ended`,
  request_code: msg`Code to confirm a request`,
  request_answer: msg`Answer to a request`,
  breach_notice: msg`Incident that affects your data`,
  access_copy: msg`Copy of your data is ready`,
  invoice: msg`Invoice`,
  report: msg`Report of calls`,
  invoice_reminder: msg`Payment reminder`,
  marketing: msg`Marketing`,
  email_test: msg`Test of e-mail`,
  call: msg`Incoming calls`,
  stop: msg`Incoming calls`,
  signed_out: msg`Device signed out`,
  test: msg`Test of notifications`,
};

export const CHANNEL_TEXTS: Record<NoticeSwitch['channel'], MessageDescriptor> = {
  email: msg`E-mail`,
  push: msg`Notification on your devices`,
};

export const MANDATORY_TEXTS: Record<NonNullable<OwnNotice['mandatory']>, MessageDescriptor> = {
  security: msg`It protects your account.`,
  law: msg`The law demands it.`,
  requested: msg`It is only sent on request.`,
  service: msg`Without it, the telephone does not work.`,
  consent: msg`Only with your consent.`,
};

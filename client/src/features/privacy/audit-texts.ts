import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';

/** Titles of frequent actions of the audit log, by name. */
export const ACTION_TITLES: Record<string, MessageDescriptor> = {
  sign_in: msg`Sign-in of an administrator`,
  create_person: msg`Account created`,
  update_person: msg`Account changed`,
  suspend_person: msg`Account suspended`,
  resume_person: msg`Suspension ended`,
  suspend_tenant: msg`Organisation suspended`,
  resume_tenant: msg`Suspension of an organisation ended`,
  close_person: msg`Account closed`,
  erase_person: msg`Person erased`,
  invite: msg`Person invited`,
  create_sign_in_code: msg`Sign-in code created`,
  set_person_password: msg`Password set`,
  reset_person_password: msg`Password reset`,
  reset_person_factors: msg`Second factors reset`,
  create_api_key: msg`API key created`,
  revoke_api_key: msg`API key revoked`,
  create_rate_deck: msg`Rate deck created`,
  import_rates: msg`Rates imported`,
  start_rate_deck: msg`Rate deck started`,
  delete_rate_deck: msg`Rate deck deleted`,
  rate_again: msg`Calls rated again`,
  create_plan: msg`Plan created`,
  update_plan: msg`Plan changed`,
  delete_plan: msg`Plan deleted`,
  assign_plan: msg`Plan assigned`,
  end_plan: msg`Plan ended`,
  create_webhook: msg`Webhook created`,
  update_webhook: msg`Webhook changed`,
  delete_webhook: msg`Webhook deleted`,
  create_extension: msg`Extension created`,
  update_extension: msg`Extension changed`,
  delete_extension: msg`Extension deleted`,
  create_device: msg`Device created`,
  delete_device: msg`Device deleted`,
  create_trunk: msg`Trunk created`,
  update_trunk: msg`Trunk changed`,
  delete_trunk: msg`Trunk deleted`,
  create_route: msg`Route created`,
  update_route: msg`Route changed`,
  delete_route: msg`Route deleted`,
  hear_recording: msg`Recording played`,
  erase_recording: msg`Recording erased`,
  erase_voicemail: msg`Message erased`,
  change_recording_settings: msg`Recording settings changed`,
  change_extension_recording: msg`Recording settings of an extension changed`,
  update_tenant: msg`Organisation changed`,
};

/** The title of an action; its name if it has none. */
export function actionTitle(action: string): MessageDescriptor {
  return ACTION_TITLES[action] ?? { id: action, message: action.replaceAll('_', ' ') };
}

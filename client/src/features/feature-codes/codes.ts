import { api, type FeatureCode } from '~/api';
import { events } from '~/api/events';
import { hasTenant, onSignOut } from '~/api/session';
import { createStore, useValue } from '~/core/store';

/** Features that the app itself dials, with their default codes. */
const DEFAULTS = {
  park: '*85',
  fetch: '*86',
  pickup: '*4',
  'voicemail-own': '*97',
  'ring-test': '*44',
  'speed-dial': '*75',
};
type DialledFeature = keyof typeof DEFAULTS;

const codes = createStore(DEFAULTS);

/** The code of a feature in the user's organisation; '' if it is switched off there. */
export const codeOf = (feature: DialledFeature): string => codes.state[feature];

/** The same, for views. */
export const useCode = (feature: DialledFeature): string => useValue(codes, (each) => each[feature]);

/** Use the codes of this list. */
function applyCodes(items: readonly Pick<FeatureCode, 'name' | 'code'>[]): void {
  codes.setState((before) => ({ ...before, ...Object.fromEntries(items.map(({ name, code }) => [name, code])) }));
}

/** Fetch the codes; offline the known ones stay. */
export async function refreshCodes(): Promise<void> {
  const found = await api.listFeatureCodes().catch(() => undefined);
  if (found) applyCodes(found.data.items);
}

events.onConnected(() => hasTenant() && void refreshCodes());
events.on('feature_codes', () => void refreshCodes());
onSignOut(() => codes.setState(() => DEFAULTS));

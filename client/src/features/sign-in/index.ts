/** Parts shared with other features. */
export { ConsentFields } from './ConsentFields';
export { isComplete, NO_CONSENT } from './consent';
export { useSignInOptions } from './useSignInOptions';
export { NewPassword, EMPTY_PASSWORD, isUsable } from './NewPassword';
export { qrScanner } from './qr-scanner';
export { ScanModel } from './scan';
export { Viewfinder } from './Viewfinder';

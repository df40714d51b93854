/** The section Privacy of the portal: the list of its pages. */
export { isPrivacyPageRefused, privacyPages } from './pages';
export { ChangeList } from './ChangeList';
export { DeletionRequest } from './DeletionRequest';
export { PermissionText } from './PermissionText';
export { REQUEST_KINDS, REQUEST_STATES, stepText } from './request-texts';
export { answerPolicy, policyState } from './policy-state';

/** Parts shared with other features. */
export { REASONS } from './texts';
export { SuspensionForm } from './SuspensionForm';
export { SuspensionInForce } from './SuspensionInForce';

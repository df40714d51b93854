/** Parts shared with other features. */
export { REASONS } from './texts';
export { OrganisationConsequences } from './OrganisationConsequences';
export { SuspensionForm } from './SuspensionForm';
export { SuspensionInForce } from './SuspensionInForce';
export { SuspensionPeriod } from './SuspensionPeriod';
export { SuspensionText } from './SuspensionText';

export { EMAIL_STATES } from './texts';

/** Copies of personal data: order, progress, download. */
export { AccessCopy } from './AccessCopy';
export { CopyActions, CopyState } from './CopyState';
export { copiesOf } from './copies';

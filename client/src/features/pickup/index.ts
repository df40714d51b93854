/** Picking up the call that rings at a colleague. */
export { PickUpButton } from './PickUpButton';

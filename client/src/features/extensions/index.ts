/** Extensions: list and select. */
export { ExtensionSelect, useExtensions } from './ExtensionSelect';

/** Extensions: all there are, and one of them chosen. */
export { ExtensionSelect, useExtensions } from './ExtensionSelect';

/** The section Privacy of the portal: the list of its pages. */
export { PRIVACY_PAGES } from './pages';

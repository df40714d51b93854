/** Where calls go in each state of a user. */
export { ForwardingBody } from './ForwardingBody';

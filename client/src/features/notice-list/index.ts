/** The list of notices that the user has received. */
export { NoticesLink } from './NoticesLink';
export { ReceivedNotices } from './ReceivedNotices';
export { useUnreadNotices } from './useNotices';

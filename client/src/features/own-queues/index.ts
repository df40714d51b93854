/** The queues of which the user is an agent, with the user's state in each. */
export { OwnQueues } from './OwnQueues';
export { CHOICE_TEXTS } from './texts';

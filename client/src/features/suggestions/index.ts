/** Suggestions from the user's own calls, only with their consent: favourites, and when a party usually answers. */
export { SuggestionList } from './SuggestionList';
export { UsualTime } from './UsualTime';
export { SUGGESTIONS } from './useSuggestions';

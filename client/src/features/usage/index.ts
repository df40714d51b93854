/** Usage insight: names of features and months, the result about oneself. */
export { FEATURE_TITLES, monthName, shareOf } from './model';
export { OwnUsage } from './OwnUsage';
export { OWN_USAGE } from './own-usage-key';

/** Feature codes: those of the user's organisation, and their texts. */
export { codeOf, useCode } from './codes';
export { useFeatureTexts } from './texts';

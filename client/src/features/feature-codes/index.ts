/** Feature codes: those of the user's organisation, and their texts. */
export { codeOf, refreshCodes, useCode } from './codes';
export { useFeatureTexts } from './texts';

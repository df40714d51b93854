/** Texts of the feature codes. */
export { useFeatureTexts } from './texts';

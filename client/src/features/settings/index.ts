export { OwnExtensions } from './OwnExtensions';
export { StepUpDialog } from './StepUpDialog';
export { StepUp } from './step-up';
export { NOTICE_TEXTS } from './notice-texts';

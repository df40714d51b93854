/** Parts of the pages about where calls lead: destinations, and lists with their forms. */
export { DestinationPicker } from './DestinationPicker';
export { DestinationText } from './DestinationText';
export { EditForm } from './EditForm';
export { NumberedFields } from './NumberedFields';
export { PrioritySelect } from './PrioritySelect';
export { RoutingPage } from './RoutingPage';
export { RowButtons } from './RowButtons';
export { conditionOf, savingChange, updatingChange, type Condition } from './changes';
export { freeNumber, isComplete, parseDestination, withoutPriority, type Targets } from './destinations';
export { useDestinationText } from './useDestinationText';
export { useEditor } from './useEditor';
export { useTargets } from './useTargets';

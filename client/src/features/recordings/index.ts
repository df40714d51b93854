/** Recordings: the policy of an extension. */
export { ExtensionRecordingSelect } from './RecordingPolicy';

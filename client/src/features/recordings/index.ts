/** Recordings of the user's own calls, and the policy of an extension. */
export { useOwnRecordings } from './own-recordings';
export { RecordingList } from './RecordingList';
export { ExtensionRecordingSelect } from './RecordingPolicy';
export { RecordingRow } from './RecordingRow';

export { useLiveCalls } from './useLiveCalls';

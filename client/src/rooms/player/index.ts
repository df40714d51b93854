export { Player } from './Player';
export { heardAs } from './sound';

export { Player } from './Player';
export { audioFormat } from './sound';

export { DeviceChoices } from './DeviceChoices';

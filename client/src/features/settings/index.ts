export { DeviceSelects } from './DeviceSelects';

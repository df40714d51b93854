export { DeviceSelects } from './DeviceSelects';
export { OwnExtensions } from './OwnExtensions';

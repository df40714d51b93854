/** Custom roles of an organisation. */
export { PersonRoles } from './PersonRoles';
export { PERMISSIONS } from './texts';

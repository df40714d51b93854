/** Custom roles of an organisation. */
export { PersonRoles } from './PersonRoles';

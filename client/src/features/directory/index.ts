/** Directory of colleagues. */
export { colleagues } from './colleagues';
export { departmentSections, departmentsOf, inDepartment, searchColleagues, sections } from './model';
export { ContactPicker, type Contact } from './ContactPicker';
export { ColleagueSelect } from './ColleagueSelect';
export { usePeople } from './usePeople';
export { favourites, restoreFavourites, setFavourite } from './favourites';

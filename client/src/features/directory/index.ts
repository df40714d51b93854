/** Directory of colleagues. */
export { colleagues } from './colleagues';
export { searchColleagues } from './model';
export { ContactPicker, type Contact } from './ContactPicker';

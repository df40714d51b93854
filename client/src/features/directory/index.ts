/** Directory of colleagues. */
export { colleagues } from './colleagues';
export { searchColleagues } from './model';
export { ContactPicker } from './ContactPicker';

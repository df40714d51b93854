/** The colleagues: who has which number. */
export { colleagues } from './colleagues';
export { searchColleagues } from './model';
export { ContactPicker } from './ContactPicker';

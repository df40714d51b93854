/** The colleagues: who has which number. */
export { colleagues } from './colleagues';

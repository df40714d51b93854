/** The colleagues: who has which number. */
export { colleagues } from './colleagues';
export { found } from './model';
export { Whom } from './Whom';

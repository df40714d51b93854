export { AssignPlan } from './AssignPlan';
export { nameOfCountry, termsOn } from './model';

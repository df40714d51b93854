export { collectDiagnostics } from './collect';
export { formatReport } from './report';

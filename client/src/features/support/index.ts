export { reportAbuse } from './report-abuse';
export { ReportAbuseButton } from './ReportAbuseButton';
